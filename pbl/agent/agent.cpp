#include "pbl/agent/agent.hpp"
#include "pbl/agent/reader_status.hpp"
#include "pbl/agent/tools.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace farboot::agent
{

Agent::Agent(boost::asio::io_context& loop, System& system, StageLog& log, Site site, Options options)
    : loop_(loop),
      system_(system),
      log_(log),
      site_(std::move(site)),
      options_(std::move(options)),
      api_(site_.server, site_.ca_file),
      trust_(site_.policy, site_.policy_envelope, [&system] { return system.now(); }),
      keys_(options_.tpm, options_.pc_key, options_.run),
      timer_(loop),
      faces_(loop, {.greeting = [this] { return greeting(); },
                    .command = [this](const nlohmann::json& command) { return take_command(command); }}),
      text_menus_(loop, system),
      gui_(loop, system, log,
           {.gone =
                [this] {
                    page_seen_ = false;
                    text_menus_.return_to_screen();
                },
            .given_up =
                [this] {
                    gui_state_ = GuiState::failed;
                    if (status_.phase == Phase::menu)
                        show_error({"gui-failed", "The graphical menu does not start."}, "");
                }}),
      reporter_(loop, log, site_,
                {.command = [this](const PcCommand& command) { obey(command); },
                 .hello =
                     [this] {
                         if (doing_ != Doing::booting && status_.phase != Phase::handover)
                             connect();
                     }}),
      person_(loop, site_,
              {.told = [this](const nlohmann::json& event) { faces_.broadcast(event); },
               .changed =
                   [this] {
                       if (doing_ != Doing::booting && status_.phase != Phase::handover)
                           connect();
                   },
               .failed = [this](const std::string& sentence) { log_.note(sentence); }}),
      worker_(loop,
              [this](const std::string& what) {
                  doing_ = Doing::nothing;
                  try_again({"internal", what}, "", retry_after);
              }),
      reader_worker_(loop, [this](const std::string& what) { log_.note("asking the reader failed: " + what); })
{
}

Result<void> Agent::start()
{
    const auto socket = options_.run / "agent.sock";
    const auto browser = find_user(options_.browser_user);
    if (!browser)
        log_.note("there is no user " + options_.browser_user + ": only text menus may connect");
    if (auto listening = faces_.listen(socket, browser); !listening)
        return listening;
    if (!options_.text_menu.empty())
        text_menus_.start(options_.text_menu, socket, log_.consoles());
    connect();
    return {};
}

std::vector<nlohmann::json> Agent::greeting() const
{
    std::vector<nlohmann::json> events{
        {{"event", "hello"}, {"version", 1}, {"server", site_.server}, {"language", site_.language}}};
    if (connected_)
        events.push_back({{"event", "menu"}, {"menu", connected_->menu.json}});
    if (connected_ && connected_->pc)
        events.push_back(connected_->pc->event());
    if (person_.event()["state"] != "none")
        events.push_back(person_.event());
    events.push_back(to_json(status_));
    return events;
}

Result<void> Agent::take_command(const nlohmann::json& command)
{
    const auto text_of = [&](const char* name) {
        const auto member = command.find(name);
        return member != command.end() && member->is_string() ? member->get<std::string>() : std::string();
    };
    const auto name = text_of("command");
    if (name == "page-ready")
        return page_ready();
    if (name == "boot")
        return choose(text_of("record"));
    if (name == "cancel")
        cancel();
    else if (name == "refresh")
        refresh();
    else if (name == "log-in")
        log_in();
    else if (name == "log-out")
        log_out();
    else if (name == "reboot" || name == "power-off")
        leave(name == "reboot");
    else
        return fail("command-unknown", "The agent does not know the command \"{}\".", name.substr(0, 64));
    return {};
}

Result<void> Agent::choose(const std::string& record)
{
    const auto name = parse_choice(record);
    if (!name)
        return std::unexpected(name.error());
    if (name->type != "boot" && !is_tool(*name))
        return fail("type-mismatch", "{} is not a system to boot.", record);
    if (!connected_)
        return fail("menu-missing", "The server has not been asked for its systems yet.");
    attended_ = true;
    if (status_.phase != Phase::handover)
        boot(*name, false);
    return {};
}

void Agent::obey(const PcCommand& command)
{
    log_.stage("command", "action=" + command.action);
    if (status_.phase == Phase::handover)
        return;
    if (command.record)
        boot(*command.record, true);
    else
        leave(command.action == "reboot");
}

void Agent::log_in()
{
    cancel(); // whoever logs in wants to choose
    if (status_.phase != Phase::handover)
        person_.begin(session());
}

void Agent::log_out()
{
    attended_ = true;
    if (status_.phase != Phase::handover)
        person_.end(session());
}

void Agent::leave(bool to_restart)
{
    reporter_.leave(to_restart ? "reboot" : "power-off", [this, to_restart] {
        system_.sync();
        const auto gone = to_restart ? system_.reboot() : system_.power_off();
        if (!gone)
            show_error(gone.error(), "");
    });
}

void Agent::cancel()
{
    attended_ = true;
    if (status_.phase == Phase::menu || status_.phase == Phase::handover)
        return;
    timer_.cancel();
    if (doing_ != Doing::nothing && status_.phase != Phase::error)
        worker_.stop(); // and its end leads back to the menu
    else
        idle();
}

void Agent::refresh()
{
    attended_ = true;
    if (doing_ == Doing::booting)
        return;
    if (gui_state_ == GuiState::failed)
        gui_state_ = GuiState::none;
    connect();
}

Result<void> Agent::page_ready()
{
    if (!gui_.running())
        return fail("command-unknown", "There is no graphical menu of this agent's.");
    text_menus_.leave_screen();
    if (std::exchange(page_seen_, true)) // a page may be loaded again, and a bad one could flood the consoles
        return {};
    reader_worker_.start([this](std::stop_token) -> Worker::Continuation {
        const auto bytes = fetched_bytes(options_.run / "gui/reader.sock");
        return [this, bytes] { log_.stage("page-ready", fmt::format("bytes={}", bytes)); };
    });
    return {};
}

void Agent::count_down(int seconds)
{
    const auto& auto_boot = *connected_->menu.auto_boot;
    if (seconds == 0)
        return boot(auto_boot.record, true);
    show({.phase = Phase::countdown, .record = auto_boot.record.text(), .title = auto_boot.title, .seconds = seconds});
    timer_.expires_after(std::chrono::seconds(1));
    timer_.async_wait([this, seconds](boost::system::error_code error) {
        if (!error && status_.phase == Phase::countdown) // may have been stopped when it was about to run
            count_down(seconds - 1);
    });
}

void Agent::try_again(const Error& error, const std::string& record, int seconds)
{
    if (seconds == 0)
        return connect();
    show({.phase = Phase::waiting,
          .record = record,
          .seconds = seconds,
          .reason = error.reason,
          .sentence = sentence_for(error, {.record = record, .server = site_.server})});
    timer_.expires_after(std::chrono::seconds(1));
    timer_.async_wait([=, this](boost::system::error_code code) {
        if (!code && status_.phase == Phase::waiting && doing_ == Doing::nothing)
            try_again(error, record, seconds - 1);
    });
}

void Agent::idle()
{
    if (!connected_)
        return connect();
    show({.phase = Phase::menu});
    prepare_graphics();
}

void Agent::show(Status status)
{
    if (status == status_)
        return;
    status_ = std::move(status);
    faces_.broadcast(to_json(status_));
}

void Agent::show_error(const Error& error, const std::string& record)
{
    show({.phase = Phase::error,
          .record = record,
          .reason = error.reason,
          .sentence = sentence_for(error, {.record = record, .server = site_.server})});
}

} // namespace farboot::agent
