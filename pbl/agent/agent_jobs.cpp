#include "pbl/agent/agent.hpp"
#include "pbl/agent/gui_job.hpp"
#include "pbl/agent/tools.hpp"

#include <boost/asio/post.hpp>
#include <nlohmann/json.hpp>

/// What the agent does with its worker.
namespace farboot::agent
{

void Agent::work(Doing what, Worker::Job job)
{
    timer_.cancel();
    doing_ = what;
    worker_.start(std::move(job));
}

JobContext Agent::context(std::stop_token stop)
{
    const auto report = [this](Status status) {
        boost::asio::post(loop_, [this, status = std::move(status)] {
            // The graphical layer is fetched behind a menu in use: only its waiting is news, and that it is over.
            if (doing_ != Doing::preparing_gui || Phase::waiting == status.phase || Phase::waiting == status_.phase)
                show(status);
        });
    };
    return {.system = system_, .log = log_, .api = api_, .trust = trust_, .report = report, .stop = std::move(stop)};
}

void Agent::connect()
{
    work(Doing::connecting, [this](std::stop_token stop) -> Worker::Continuation {
        auto job = context(std::move(stop));
        auto result = agent::connect(job, keys_, options_.run / "network.json", site_.language);
        return [this, result = std::move(result)]() mutable { server_answered(std::move(result)); };
    });
}

void Agent::server_answered(Result<Connected> result)
{
    doing_ = Doing::nothing;
    if (!result && result.error().reason == "cancelled")
        return idle();
    if (!result) {
        const auto& error = result.error();
        log_.note("the server's menu is not usable: " + error.sentence);
        const auto* record = is_refusal(error) ? "statement/statement" : "";
        return connected_ && attended_ ? show_error(error, record) : try_again(error, record, retry_after);
    }
    connected_ = std::move(*result);
    const auto& menu = connected_->menu;
    faces_.broadcast({{"event", "menu"}, {"menu", menu.json}});
    log_.stage("menu-ready", fmt::format("entries={}", menu.entries));
    if (connected_->pc) {
        faces_.broadcast(connected_->pc->event());
        if (reporter_.begin(*connected_->pc)) // what an admin wants goes before the menu
            return;
    }
    if (menu.auto_boot && !attended_)
        count_down(menu.auto_boot->seconds);
    else if (connected_->refusal)
        show_error(*connected_->refusal, connected_->refused);
    else
        idle();
}

void Agent::boot(const rootfs::RecordName& record, bool by_itself)
{
    log_.stage("choice", "record=" + record.text());
    if (is_tool(record))
        return use_tool(record, by_itself);
    const BootFacts facts{.record = record,
                          .title = title_of(record),
                          .menu = connected_->menu,
                          .network = connected_->network,
                          .folder = options_.run / "boot",
                          .session = connected_->pc ? connected_->pc->session : "",
                          .settings = connected_->pc ? connected_->pc->settings : "",
                          .kexec = options_.kexec};
    show({.phase = Phase::fetching, .record = record.text(), .title = facts.title});
    reporter_.pause(); // the boot token says it
    person_.pause();
    work(Doing::booting, [this, facts, by_itself](std::stop_token stop) -> Worker::Continuation {
        auto job = context(std::move(stop));
        auto result = agent::boot(job, site_, facts);
        return [this, result = std::move(result), record = facts.record, by_itself] {
            doing_ = Doing::nothing;
            if (!result)
                boot_failed(result.error(), record, by_itself);
        };
    });
}

void Agent::use_tool(const rootfs::RecordName& tool, bool by_itself)
{
    timer_.cancel();
    const auto restarts = prepare_tool(system_, tool);
    if (!restarts)
        return boot_failed(restarts.error(), tool, by_itself);
    if (doing_ == Doing::booting)
        worker_.stop();
    show({.phase = Phase::handover, .record = tool.text(), .title = title_of(tool)});
    leave(*restarts);
}

void Agent::boot_failed(const Error& error, const rootfs::RecordName& record, bool by_itself)
{
    reporter_.in_menu();
    if (error.reason == "cancelled")
        return idle();
    if (is_refusal(error))
        log_.refused(error, record.text());
    else
        log_.note("failed: " + error.sentence);
    if (by_itself && !attended_)
        return try_again(error, record.text(), retry_after);
    show_error(error, record.text());
    prepare_graphics();
}

void Agent::prepare_graphics()
{
    if (!connected_->menu.gui || connected_->refusal || gui_state_ != GuiState::none || doing_ != Doing::nothing)
        return;
    work(Doing::preparing_gui, [this, menu = connected_->menu](std::stop_token stop) -> Worker::Continuation {
        auto job = context(std::move(stop));
        auto result = prepare_gui(job, site_, menu, options_.run / "gui");
        return [this, result = std::move(result)] { graphics_prepared(result); };
    });
}

void Agent::graphics_prepared(const Result<void>& result)
{
    doing_ = Doing::nothing;
    if (result) {
        gui_state_ = GuiState::started;
        gui_.start(options_.gui_start, options_.run / "gui");
        return;
    }
    gui_state_ = GuiState::failed;
    const auto record = connected_->menu.gui->text();
    if (result.error().reason == "cancelled")
        return idle();
    if (is_refusal(result.error()))
        log_.refused(result.error(), record);
    else
        log_.note("the graphical menu cannot be started: " + result.error().sentence);
    show_error(result.error(), record);
}

std::string Agent::title_of(const rootfs::RecordName& record) const
{
    const auto& entries = connected_->menu.json.at("entries");
    for (const auto& entry : entries)
        if (entry.at("record") == record.text())
            return entry_title(entry, site_.language);
    return "";
}

} // namespace farboot::agent
