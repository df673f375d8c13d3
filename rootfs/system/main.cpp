/// farboot-system(8): tells the server what has become of the system that it has started, and does what an admin wants.
#include "rootfs/base/pause.hpp"
#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/base/time_limit.hpp"
#include "rootfs/fetch/magic_packet.hpp"
#include "rootfs/nbd/control_client.hpp"
#include "rootfs/nbd/control_socket.hpp"
#include "rootfs/system/boot_stages.hpp"
#include "rootfs/system/handed_files.hpp"
#include "rootfs/system/kexec_reboot.hpp"
#include "rootfs/system/manager.hpp"
#include "rootfs/system/next_start.hpp"
#include "rootfs/system/pc_session.hpp"
#include "rootfs/system/relay.hpp"
#include "rootfs/system/vm_traces.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <thread>

#include <sys/stat.h>

namespace
{

using namespace farboot;
using nlohmann::json;

struct Options {
    std::filesystem::path folder = "/run/farboot";
    std::filesystem::path reader = "/run/initramfs/run/control.sock"; ///< of the root file system's reader
    rootfs::VmTraces::Settings machines;
    std::filesystem::path socket = "/run/farboot-system/socket";
    std::string state;
    bool failed = false;
    std::string sentence;
    std::string name;
    std::string told;
};

/// Of a command, that the server keeps.
constexpr std::size_t max_outcome = 200;
/// Of the service, when its session can never begin: sysexits.h's EX_NOPERM; systemd does not start it again then.
constexpr int no_session = 77;
/// Of a boot token, which is older than this system's kernel. Until then what refuses it may be something between, or a
/// clock that is set.
constexpr auto token_life = std::chrono::minutes(5);
/// A server that is away when a job has finished is asked again.
constexpr auto try_again = std::chrono::milliseconds(5000);

void say(std::string_view sentence)
{
    fmt::print(stderr, "farboot-system: {}\n", sentence);
}

std::vector<rootfs::BootStage> stages_so_far()
{
    auto stages = rootfs::boot_stages();
    if (!stages)
        say(stages.error().sentence);
    return stages ? std::move(*stages) : std::vector<rootfs::BootStage>();
}

json to_json(const std::vector<rootfs::BootStage>& stages)
{
    auto list = json::array();
    for (const auto& stage : stages)
        list.push_back({{"name", stage.name}, {"seconds", stage.seconds}});
    return list;
}

/// Sends what has been read of the root file system so far. True: it need not be tried again.
bool send_trace(rootfs::PcSession& session, const Options& options, const std::stop_token& stop)
{
    const auto answer = rootfs::ask_reader(options.reader, R"({"version": 1, "command": "trace"})");
    const auto body = answer ? json::parse(*answer, nullptr, false) : json();
    const auto trace = body.is_object() ? body.value("trace", json()) : json();
    if (!trace.is_string())
        return true; // this root does not come from a reader
    const auto sent = session.send_text("trace", trace.get<std::string>(), stop);
    return sent || sent.error().reason.starts_with("http-4");
}

std::string action_of(const json& answer)
{
    const auto command = answer.value("command", json());
    const auto action = command.is_object() ? command.value("action", json()) : json();
    return action.is_string() ? action.get<std::string>() : "";
}

Result<void> begin(const json& command, rootfs::Ending ending)
{
    if (ending != rootfs::Ending::kexec)
        return rootfs::begin_ending(ending);
    const auto record = command.value("record", json());
    const auto name = rootfs::RecordName::parse(record.is_string() ? record.get<std::string>() : "");
    return rootfs::begin_kexec_reboot(
        fmt::format("{}:{}", command.value("id", 0), name && name->type == "boot" ? name->series : ""));
}

/// Tells of the command, as afterwards nobody is there to do so, and does it.
void obey(rootfs::PcSession& session, const json& command, rootfs::Ending ending, const std::stop_token& stop)
{
    say(fmt::format("an admin wants this PC to {}", ending == rootfs::Ending::power_off ? "go off" : "reboot"));
    const auto begun = begin(command, ending);
    if (begun && ending == rootfs::Ending::kexec)
        return; // who does it also says what became of it
    const auto outcome = begun ? std::string("done") : begun.error().sentence;
    if (!begun)
        say(outcome);
    static_cast<void>(session.tell(
        "report", {{"state", "running"}, {"done", {{"id", command.value("id", 0)}, {"outcome", outcome}}}}, stop));
}

void obey_answer(rootfs::PcSession& session, const json& answer, const std::stop_token& stop)
{
    const auto action = action_of(answer);
    if (action == "reboot" || action == "power-off")
        obey(session, answer["command"], action == "reboot" ? rootfs::Ending::reboot : rootfs::Ending::power_off, stop);
    else if (action == "kexec-reboot")
        obey(session, answer["command"], rootfs::Ending::kexec, stop);
}

/// What the server says to a report.
struct Answer {
    int again = 30; ///< seconds until the next one
    /// Nothing: nobody answers. A server that does not say it refuses what it does not take.
    std::optional<bool> enrolled{};
};

/// Reason: http-401 (the session has ended).
Result<Answer> report(rootfs::PcSession& session, const json& stages, const std::stop_token& stop)
{
    json body{{"state", "running"}, {"stages", stages}};
    if (const auto people = rootfs::people_logged_in())
        body["people"] = *people;
    const auto answer = session.tell("report", body, stop);
    if (!answer && answer.error().reason == "http-401")
        return std::unexpected(answer.error());
    if (!answer)
        return Answer{};
    rootfs::wake_all(answer->value("wake", json()));
    obey_answer(session, *answer, stop);
    const auto again = answer->value("again", json());
    return Answer{std::clamp(again.is_number_integer() ? again.get<int>() : Answer{}.again, 5, 3600),
                  answer->value("enrolled", json()) != false};
}

/// Says good-bye if the system ends, and not just this service.
void leave(rootfs::PcSession& session)
{
    const auto ending = rootfs::coming_ending();
    if (ending == rootfs::Ending::none)
        return;
    const rootfs::TimeLimit late(rootfs::longest_farewell);
    static_cast<void>(session.tell(
        "report", {{"state", "off"}, {"ending", ending == rootfs::Ending::reboot ? "reboot" : "power-off"}},
        late.token()));
}

/// For everybody at this PC. It is there before the session is: who asks early waits for it.
std::optional<rootfs::ControlSocket> listen_for_people(const std::filesystem::path& path)
{
    auto socket = rootfs::ControlSocket::listen(path);
    if (socket && ::chmod(path.c_str(), 0666) == 0)
        return std::move(*socket);
    say(socket ? fmt::format("people's programs may not use {}", path.string()) : socket.error().sentence);
    return std::nullopt;
}

/// The service's exit status.
int status_without_session(const Error& error)
{
    if (error.reason == "cancelled" || error.reason == "not-registered")
        return EXIT_SUCCESS;
    // The next start of this PC brings another token.
    const auto up = std::chrono::steady_clock::now().time_since_epoch(); // CLOCK_MONOTONIC
    const auto is_over = error.reason == "handover-malformed" || (error.reason == "http-403" && up > token_life);
    return is_over ? no_session : EXIT_FAILURE;
}

int run(const Options& options)
{
    const rootfs::StopOnSignal stop;
    auto people = listen_for_people(options.socket);
    auto session = rootfs::PcSession::open(options.folder, stop.token());
    if (!session) {
        say(session.error().sentence);
        return status_without_session(session.error());
    }
    if (auto shared = rootfs::share_session(options.folder); !shared)
        say(shared.error().sentence);
    if (people)
        people->serve([&, owner = std::optional<uid_t>()](std::string_view line, uid_t user) mutable {
            // Whoever has logged in at this PC has gone when another user of the system's sits down.
            if (owner && *owner != user)
                static_cast<void>(session->tell("login/end", json::object(), stop.token()));
            owner = user;
            return rootfs::relay(line, [&](rootfs::RelayRequest request) {
                return session->ask(std::move(request.method), request.path, std::move(request.body), stop.token());
            });
        });
    std::atomic<bool> enrolled = false;
    rootfs::VmTraces machines(
        options.machines,
        [&](const std::string& what, const std::string& trace) {
            return session->send_text(what, trace, stop.token());
        },
        say, [&] { return enrolled.load(); });
    // On a thread of its own: a reader that hangs delays no report, and no good-bye.
    std::jthread watching([&](const std::stop_token& over) { machines.watch(over); });
    const std::stop_callback stop_watching(stop.token(), [&] { watching.request_stop(); });
    const auto begun = std::chrono::steady_clock::now();
    bool traced = false;
    std::chrono::milliseconds until_next{0};
    while (rootfs::sleep_about(until_next, stop.token())) {
        const auto stages = stages_so_far();
        const auto now = std::chrono::steady_clock::now();
        // The clock is the kernel's, CLOCK_MONOTONIC, as that of the stages.
        if (!traced && rootfs::has_started(stages, now.time_since_epoch(), now - begun))
            traced = send_trace(*session, options, stop.token());
        const auto answer = report(*session, to_json(stages), stop.token());
        if (!answer) {
            say("the server knows this PC's session no longer");
            return EXIT_SUCCESS;
        }
        enrolled = answer->enrolled.value_or(enrolled);
        until_next = std::chrono::milliseconds(answer->again * 800); // and up to half more
    }
    people.reset();
    leave(*session);
    return EXIT_SUCCESS;
}

int say_state(const Options& options)
{
    auto session = rootfs::PcSession::open(options.folder, {});
    if (!session) {
        say(session.error().sentence);
        return session.error().reason == "not-registered" ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    const auto told = session->tell("report", {{"state", options.state}}, {});
    if (!told)
        say(told.error().sentence);
    return told ? EXIT_SUCCESS : EXIT_FAILURE;
}

/// Tells that what a job has started this system for is done, or has failed, and does what the job wants then.
int finish(const Options& options)
{
    const rootfs::StopOnSignal stop;
    auto session = rootfs::PcSession::open(options.folder, stop.token());
    if (!session) {
        say(session.error().sentence);
        return EXIT_FAILURE;
    }
    const json job{{"outcome", options.failed ? "failed" : "done"}, {"sentence", options.sentence}};
    while (true) {
        const auto answer = session->tell("report", {{"state", "running"}, {"job", job}}, stop.token());
        if (answer) {
            obey_answer(*session, *answer, stop.token());
            return EXIT_SUCCESS;
        }
        say(answer.error().sentence);
        if (answer.error().reason.starts_with("http-4") || !rootfs::sleep_about(try_again, stop.token()))
            return EXIT_FAILURE;
    }
}

/// "7:debian": the admin's command, and the series that he named, if he did.
struct Told {
    int command = 0;
    std::string series;
};

Told told_by(const std::string& text)
{
    const auto colon = std::min(text.find(':'), text.size());
    return {std::atoi(text.substr(0, colon).c_str()), text.substr(std::min(colon + 1, text.size()))};
}

/// Reboots into the version of this system, or of another, that the server offers now, without firmware and boot menu;
/// where that cannot be, as usual.
int kexec_reboot(const Options& options)
{
    const rootfs::StopOnSignal signal;
    const auto told = told_by(options.told);
    std::optional<rootfs::PcSession> session;
    rootfs::KexecReboot reboot;
    reboot.load = [&](const std::stop_token& stop) -> Result<void> {
        auto opened = rootfs::PcSession::open(options.folder, stop);
        if (!opened)
            return std::unexpected(opened.error());
        session.emplace(std::move(*opened));
        const auto own = rootfs::handed_record(options.folder);
        if (told.series.empty() && !own)
            return std::unexpected(own.error());
        return rootfs::load_next_start(*session, options.folder,
                                       told.series.empty() ? own->name : rootfs::RecordName{"boot", told.series},
                                       rootfs::load_kernel, stop);
    };
    reboot.begin = rootfs::begin_ending;
    reboot.tell = [&](const std::string& outcome, const std::stop_token& stop) {
        say(outcome);
        const json done{{"id", told.command}, {"outcome", outcome.substr(0, max_outcome)}};
        if (session && told.command != 0)
            static_cast<void>(session->tell("report", {{"state", "running"}, {"done", done}}, stop));
    };
    return reboot.run(signal.token()) ? EXIT_SUCCESS : EXIT_FAILURE;
}

/// Prints what the job that has started this system has to say of one thing.
int ask(const Options& options)
{
    auto session = rootfs::PcSession::open(options.folder, {});
    const auto answer = session ? session->tell("job", json::object(), {}) : std::unexpected(session.error());
    if (!answer) {
        say(answer.error().reason == "http-404" ? "no job has started this system" : answer.error().sentence);
        return EXIT_FAILURE;
    }
    const auto parameters = answer->value("parameters", json::object());
    const auto found = parameters.is_object() ? parameters.find(options.name) : parameters.end();
    if (!parameters.is_object() || found == parameters.end() || !found->is_string()) {
        say(fmt::format("the job says nothing of \"{}\"", options.name));
        return EXIT_FAILURE;
    }
    fmt::print("{}\n", found->get<std::string>());
    return EXIT_SUCCESS;
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app("Tells the server what has become of the system that it has started.", "farboot-system");
    Options options;
    auto quiet_seconds = options.machines.quiet.count();
    app.set_version_flag("--version", FARBOOT_VERSION);
    app.add_option("--folder", options.folder, "What the preboot system has handed over")->capture_default_str();
    app.add_option("--reader", options.reader, "Control socket of the root file system's reader")
        ->capture_default_str();
    app.add_option("--vm-reader", options.machines.reader, "Control socket of the virtual machines' reader")
        ->capture_default_str();
    app.add_option("--socket", options.socket, "Where programs of the people at this PC ask the server")
        ->capture_default_str();
    app.require_subcommand(1);
    auto* run_command = app.add_subcommand("run", "Report from time to time, until SIGTERM; a service of systemd's");
    run_command
        ->add_option("--quiet-seconds", quiet_seconds,
                     "A virtual machine that has read nothing new for so long has started")
        ->check(CLI::Range(1, 600))
        ->capture_default_str();
    auto* say_command = app.add_subcommand("say", "Report one state now");
    say_command->add_option("STATE", options.state, "running or standby")
        ->required()
        ->check(CLI::IsMember({"running", "standby"}));
    auto* finish_command = app.add_subcommand(
        "finish", "Say that what a job has started this system for is done; a system for jobs calls it at its end");
    finish_command->add_flag("--failed", options.failed, "It has failed");
    finish_command->add_option("SENTENCE", options.sentence, "For the admin: how it went, at most 200 characters");
    auto* ask_command = app.add_subcommand("ask", "Print a parameter of the job that has started this system");
    ask_command->add_option("NAME", options.name, "Its name")->required();
    auto* kexec_command = app.add_subcommand(
        "kexec-reboot", "Reboot without the firmware into what the server offers of this system now; root's");
    kexec_command->add_option("--told", options.told, "An admin's command and the series that he named, as 7:debian")
        ->type_name("ID:SERIES");
    CLI11_PARSE(app, argc, argv);
    options.machines.quiet = std::chrono::seconds(quiet_seconds);
    if (kexec_command->parsed())
        return kexec_reboot(options);
    if (ask_command->parsed())
        return ask(options);
    if (finish_command->parsed())
        return finish(options);
    return run_command->parsed() ? run(options) : say_state(options);
}
