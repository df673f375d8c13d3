#include "rootfs/base/pause.hpp"
#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/command.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/job_text.hpp"
#include "rootfs/cli/server_client.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <optional>

/// Jobs on the command line: the same requests as the admin page's (docs/jobs.md).
namespace farboot::rootfs
{

namespace
{

using nlohmann::json;

constexpr auto look_every = std::chrono::milliseconds(2000);

struct JobOptions {
    ServerOptions server;
    std::uint64_t id = 0;
    std::string action;
    std::string record;
    std::vector<std::uint64_t> pcs;
    std::optional<std::uint64_t> location;
    std::string name;
    std::string at;
    std::optional<std::uint64_t> at_once;
    std::optional<std::uint64_t> spread;
    std::optional<std::uint64_t> patience;
    std::optional<std::uint64_t> longest;
    std::string until;
    std::string then;
    std::vector<std::string> parameters; ///< NAME=VALUE
    std::vector<std::string> secrets;    ///< NAME=FILE
    bool no_wake = false;
    bool interrupt = false;
    bool wait = false;
    bool json = false;
};

using Work = Result<void> (*)(const JobOptions&, ServerClient&, const std::stop_token&);

std::string path_of(std::uint64_t id, std::string_view what = "")
{
    return fmt::format("/api/v1/jobs/{}{}", id, what);
}

/// All pages of a list, put together. `cursor`: the parameter that the next one begins with; it must go on in one
/// direction, or a server could keep us asking without end.
Result<json> read_all(ServerClient& server, const std::string& path, const char* member, const char* cursor,
                      const std::stop_token& stop)
{
    auto all = json::array();
    std::optional<std::uint64_t> from;
    while (true) {
        auto page =
            server.get(from ? fmt::format("{}?limit=500&{}={}", path, cursor, *from) : path + "?limit=500", stop);
        if (!page)
            return page;
        const auto list = page->find(member);
        const auto next = page->find("next");
        if (list == page->end() || !list->is_array() || next == page->end())
            return fail("bad-answer", "{}: the answer has no {}. Is this a Farboot server?", server.url(), member);
        all.insert(all.end(), list->begin(), list->end());
        if (list->empty() || !next->is_number_unsigned() || next->get<std::uint64_t>() == from)
            return all;
        from = next->get<std::uint64_t>();
    }
}

Result<void> list(const JobOptions& options, ServerClient& server, const std::stop_token& stop)
{
    const auto all = read_all(server, "/api/v1/jobs", "jobs", "before", stop);
    if (!all)
        return std::unexpected(all.error());
    if (options.json)
        say_json(*all);
    else
        for (const auto& job : *all)
            say(job_line(job));
    return {};
}

Result<void> print(const JobOptions& options, ServerClient& server, json job, const std::stop_token& stop)
{
    const auto pcs = read_all(server, path_of(job.value("id", std::uint64_t{0}), "/pcs"), "pcs", "after", stop);
    if (!pcs)
        return std::unexpected(pcs.error());
    if (options.json) {
        job["pcs_told"] = *pcs;
        say_json(job);
        return {};
    }
    say(job_line(job));
    for (const auto& part : *pcs)
        say(job_pc_line(part));
    return {};
}

Result<void> show(const JobOptions& options, ServerClient& server, const std::stop_token& stop)
{
    auto job = server.get(path_of(options.id), stop);
    if (!job)
        return std::unexpected(job.error());
    return print(options, server, std::move(*job), stop);
}

/// Until it has ended. Reason: job-failed, if not all of its PCs are done.
Result<void> wait_for(const JobOptions& options, ServerClient& server, std::uint64_t id, const std::stop_token& stop)
{
    std::string told;
    while (true) {
        auto job = server.get(path_of(id), stop);
        if (!job)
            return std::unexpected(job.error());
        const auto state = job->value("state", "");
        if (state != "planned" && state != "running") {
            if (auto printed = print(options, server, *job, stop); !printed)
                return printed;
            if (const auto failures = job_failures(*job); failures != 0)
                return fail("job-failed", "Job {} has ended, but {} of its PCs did not do what it wanted.", id,
                            failures);
            return {};
        }
        auto line = fmt::format("job {} is {}: {}", id, state, job_counts_text(*job));
        if (line != told)
            note(line);
        told = std::move(line);
        if (!sleep_about(look_every, stop))
            return fail("cancelled", "Job {} goes on; \"farboot job cancel {}\" ends it.", id, id);
    }
}

Result<void> wait(const JobOptions& options, ServerClient& server, const std::stop_token& stop)
{
    return wait_for(options, server, options.id, stop);
}

/// The parts of NAME=VALUE.
Result<std::pair<std::string, std::string>> split(const std::string& option, const char* form)
{
    const auto equals = option.find('=');
    if (equals == std::string::npos || equals == 0)
        return fail("usage", "{}, not \"{}\".", form, option);
    return std::pair(option.substr(0, equals), option.substr(equals + 1));
}

Result<json> secrets_of(const std::vector<std::string>& options)
{
    auto secrets = json::object();
    for (const auto& option : options) {
        const auto pair = split(option, "--secret-file takes NAME=FILE");
        if (!pair)
            return std::unexpected(pair.error());
        std::ifstream file(pair->second);
        std::string line;
        if (!std::getline(file, line))
            return fail("not-found", "{}: there is no line with the secret {}.", pair->second, pair->first);
        secrets[pair->first] = line;
    }
    return secrets;
}

Result<json> wish_of(const JobOptions& options)
{
    json wish{{"action", options.action}};
    if (options.location)
        wish["location"] = *options.location;
    if (!options.pcs.empty())
        wish["pcs"] = options.pcs;
    for (const auto& [name, text] :
         {std::pair("record", &options.record), std::pair("name", &options.name), std::pair("at", &options.at),
          std::pair("until", &options.until), std::pair("then", &options.then)})
        if (!text->empty())
            wish[name] = *text;
    for (const auto& [name, number] :
         {std::pair("at_once", &options.at_once), std::pair("spread", &options.spread),
          std::pair("patience", &options.patience), std::pair("longest", &options.longest)})
        if (*number)
            wish[name] = **number;
    if (options.no_wake)
        wish["wake"] = false;
    if (options.interrupt)
        wish["interrupt"] = true;
    for (const auto& option : options.parameters) {
        const auto pair = split(option, "--set takes NAME=VALUE");
        if (!pair)
            return std::unexpected(pair.error());
        wish["parameters"][pair->first] = pair->second;
    }
    auto secrets = secrets_of(options.secrets);
    if (!secrets)
        return secrets;
    if (!secrets->empty())
        wish["secrets"] = std::move(*secrets);
    return wish;
}

Result<void> run(const JobOptions& options, ServerClient& server, const std::stop_token& stop)
{
    const auto wish = wish_of(options);
    if (!wish)
        return std::unexpected(wish.error());
    const auto job = server.change("POST", "/api/v1/jobs", *wish, "", stop);
    if (!job)
        return std::unexpected(job.error());
    const auto id = job->value("id", std::uint64_t{0});
    if (options.wait)
        return wait_for(options, server, id, stop);
    if (options.json)
        say_json(*job);
    else
        say(fmt::format("{}", id));
    return {};
}

Result<void> cancel(const JobOptions& options, ServerClient& server, const std::stop_token& stop)
{
    auto job = server.change("POST", path_of(options.id, "/cancel"), nullptr, "", stop);
    if (!job)
        return std::unexpected(job.error());
    return print(options, server, std::move(*job), stop);
}

/// Does it with the server that the options name.
template <Work work>
Result<void> at_server(const JobOptions& options)
{
    const StopOnSignal stop;
    auto server = ServerClient::create(options.server);
    if (!server)
        return std::unexpected(server.error());
    return work(options, *server, stop.token());
}

void add_run_options(CLI::App& command, JobOptions& options)
{
    command.add_option("action", options.action, "What: wake, boot, reboot or power-off")
        ->check(CLI::IsMember({"wake", "boot", "reboot", "power-off"}))
        ->required();
    command.add_option("--record", options.record, "The system that \"boot\" starts")->type_name("boot/…");
    auto* pcs = command.add_option("--pc", options.pcs, "PCs by their numbers; more than once for more");
    command.add_option("--location", options.location, "All enrolled PCs that are there, or below, when it begins")
        ->excludes(pcs);
    command.add_option("--name", options.name, "For people");
    command.add_option("--at", options.at, "When it begins, as in 2026-01-31T02:00:00Z; without it, at once");
    command.add_option("--at-once", options.at_once, "PCs that are at it at the same time; 10 unless told");
    command.add_option("--spread", options.spread, "Seconds over which the PCs' turns are spread by chance");
    command.add_option("--patience", options.patience,
                       "Seconds that a PC has to answer, and then to do what it is told; 600 unless told");
    command.add_option("--longest", options.longest, "Seconds that a system has to finish; 7200 unless told");
    command.add_flag("--no-wake", options.no_wake, "Send no magic packets: only PCs that are on");
    command.add_flag("--interrupt", options.interrupt, "Also where somebody is logged in");
    command
        .add_option("--until", options.until, "A PC's part is done when its system runs, or says that it has finished")
        ->check(CLI::IsMember({"started", "finished"}));
    command.add_option("--then", options.then, "Then the PC goes off, or is left as it is")
        ->check(CLI::IsMember({"leave", "power-off"}));
    command.add_option("--set", options.parameters, "What the system may ask for; more than once for more")
        ->type_name("NAME=VALUE");
    command
        .add_option("--secret-file", options.secrets,
                    "The same, the first line of a file; nobody but the system gets it from the server")
        ->type_name("NAME=FILE");
    command.add_flag("--wait", options.wait, "Wait for its end: 0 only if all PCs have done it");
}

} // namespace

void add_job_commands(CLI::App& app, Action& chosen)
{
    auto* group =
        app.add_subcommand("job", "Wake PCs, start a system on them, restart or switch them off: many at a time");
    group->require_subcommand(1);
    group->footer("Only enrolled PCs take part (farboot pc confirm). Examples:\n"
                  "  farboot job run boot --record boot/backup --location 3 --at 2026-01-31T02:00:00Z --then power-off "
                  "--server https://boot.example.org --ca ca.pem --token-file token\n"
                  "  farboot job run wake --pc 12 --pc 13 --wait --server https://boot.example.org --ca ca.pem "
                  "--token-file token");
    const auto declare = [&](const char* name, const char* what, Result<void> (*work)(const JobOptions&)) {
        const auto [command, options] = add_command(*group, chosen, name, what, work);
        command->add_option("--server", options->server.url, "The server, https://…")->type_name("URL")->required();
        add_credentials(*command, options->server);
        command->add_flag("--json", options->json, "Print JSON");
        return std::pair(command, options);
    };
    const auto with_id = [&](const char* name, const char* what, Result<void> (*work)(const JobOptions&)) {
        const auto declared = declare(name, what, work);
        declared.first->add_option("id", declared.second->id, "The job's number")->required();
    };
    const auto made = declare("run", "Make one; prints its number", at_server<run>);
    add_run_options(*made.first, *made.second);
    declare("list", "List them, the newest first", at_server<list>);
    with_id("show", "Show one, with what became of each PC", at_server<show>);
    with_id("wait", "Wait for its end: 0 only if all PCs have done it", at_server<wait>);
    with_id("cancel", "End it; PCs that were told already go on", at_server<cancel>);
}

} // namespace farboot::rootfs
