#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/command.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/pc_text.hpp"
#include "rootfs/cli/pc_watch.hpp"
#include "rootfs/cli/server_client.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>

/// The registry of PCs on the command line: the same requests as the admin page's (docs/pcs.md).
namespace farboot::rootfs
{

namespace
{

using nlohmann::json;

constexpr std::array states{"off", "preboot", "booting", "running", "standby"};
constexpr std::array actions{"reboot", "kexec-reboot", "power-off", "boot"};

struct PcOptions {
    ServerOptions server;
    std::uint64_t id = 0;
    std::vector<std::uint64_t> ids;
    std::string state;
    bool waiting = false;
    std::string name;
    std::string code;
    std::string action;
    std::string record;
    bool json = false;
};

using Work = Result<void> (*)(const PcOptions&, ServerClient&, const std::stop_token&);

std::string path_of(std::uint64_t id, std::string_view what = "")
{
    return fmt::format("/api/v1/pcs/{}{}", id, what);
}

/// All pages of what the options ask for, put together.
Result<json> read_all(const PcOptions& options, ServerClient& server, const std::stop_token& stop)
{
    auto all = json::array();
    std::uint64_t after = 0;
    while (true) {
        const auto path =
            fmt::format("/api/v1/pcs?limit=500&after={}{}{}", after,
                        options.state.empty() ? "" : "&state=" + options.state, options.waiting ? "&key=waiting" : "");
        auto page = server.get(path, stop);
        if (!page)
            return page;
        const auto list = page->find("pcs");
        const auto next = page->find("next");
        if (list == page->end() || !list->is_array() || next == page->end())
            return fail("bad-answer", "{}: the answer has no PCs. Is this a Farboot server?", server.url());
        all.insert(all.end(), list->begin(), list->end());
        // A next one that is not further on would be asked for without end.
        if (!next->is_number_unsigned() || next->get<std::uint64_t>() <= after)
            return all;
        after = *next;
    }
}

Result<void> list(const PcOptions& options, ServerClient& server, const std::stop_token& stop)
{
    const auto all = read_all(options, server, stop);
    if (!all)
        return std::unexpected(all.error());
    if (options.json) {
        say_json(*all);
        return {};
    }
    for (const auto& pc : *all)
        say(pc_line(pc));
    return {};
}

/// Prints an answer: as JSON, or what `text` makes of it.
Result<void> print(const PcOptions& options, const Result<json>& answer, std::string (*text)(const json&))
{
    if (!answer)
        return std::unexpected(answer.error());
    if (options.json)
        say_json(*answer);
    else if (const auto lines = text(*answer); !lines.empty())
        say(lines);
    return {};
}

Result<void> show(const PcOptions& options, ServerClient& server, const std::stop_token& stop)
{
    return print(options, server.get(path_of(options.id), stop), pc_text);
}

Result<void> rename(const PcOptions& options, ServerClient& server, const std::stop_token& stop)
{
    return print(options, server.change("PUT", path_of(options.id), {{"name", options.name}}, "*", stop), pc_line);
}

Result<void> confirm(const PcOptions& options, ServerClient& server, const std::stop_token& stop)
{
    return print(options, server.change("POST", path_of(options.id, "/enrolment"), {{"code", options.code}}, "", stop),
                 pc_line);
}

Result<void> unconfirm(const PcOptions& options, ServerClient& server, const std::stop_token& stop)
{
    return print(options, server.change("DELETE", path_of(options.id, "/enrolment"), nullptr, "", stop), pc_line);
}

Result<void> remove(const PcOptions& options, ServerClient& server, const std::stop_token& stop)
{
    for (const auto id : options.ids)
        if (const auto removed = server.change("DELETE", path_of(id), nullptr, "*", stop); !removed)
            return std::unexpected(removed.error());
    return {};
}

Result<void> starts(const PcOptions& options, ServerClient& server, const std::stop_token& stop)
{
    return print(options, server.get(path_of(options.id, "/boots"), stop), pc_starts_text);
}

Result<void> commands(const PcOptions& options, ServerClient& server, const std::stop_token& stop)
{
    return print(options, server.get(path_of(options.id, "/commands"), stop), pc_commands_text);
}

Result<void> command(const PcOptions& options, ServerClient& server, const std::stop_token& stop)
{
    json body{{"action", options.action}};
    if (options.action == "boot" && options.record.empty())
        return fail("usage", "\"boot\" needs --record with the name of a boot record, such as boot/debian.");
    if (!options.record.empty() && options.action != "boot" && options.action != "kexec-reboot")
        return fail("usage", "--record is for \"boot\" and \"kexec-reboot\": \"{}\" takes none.", options.action);
    if (!options.record.empty())
        body["record"] = options.record;
    return print(options, server.change("POST", path_of(options.id, "/commands"), body, "", stop),
                 [](const json& made) { return fmt::format("{}", made.value("id", std::uint64_t{0})); });
}

/// Each PC of which something changes, as a line, until it is stopped.
Result<void> watch_all(const PcOptions& options, ServerClient& server, const std::stop_token& stop)
{
    const auto take = [&](std::string_view kind, std::string_view data) {
        const auto content = json::parse(data, nullptr, false);
        if (!content.is_object() || (kind != "pc" && kind != "pc-removed"))
            return;
        if (options.json)
            say(json{{"event", kind}, {kind == "pc" ? "pc" : "removed", content}}.dump());
        else if (kind == "pc")
            say(pc_line(content));
        else
            say(fmt::format("{:>6}  removed", content.value("id", std::uint64_t{0})));
        std::fflush(stdout); // whoever reads a pipe waits for it
    };
    return watch(server, take, stop);
}

/// Does it with the server that the options name.
template <Work work>
Result<void> at_server(const PcOptions& options)
{
    const StopOnSignal stop;
    auto server = ServerClient::create(options.server);
    if (!server)
        return std::unexpected(server.error());
    return work(options, *server, stop.token());
}

} // namespace

void add_pc_commands(CLI::App& app, Action& chosen)
{
    auto* group =
        app.add_subcommand("pc", "PCs that have been here: who they are, what they do, and what they are told");
    group->require_subcommand(1);
    group->footer("A PC's code is on its screen: compare it before it is confirmed. Examples:\n"
                  "  farboot pc list --waiting --server https://boot.example.org --ca ca.pem --token-file token\n"
                  "  farboot pc confirm 12 k7qm-2xpa-9dfe-3htr --server https://boot.example.org --ca ca.pem "
                  "--token-file token\n"
                  "  farboot pc command 12 boot --record boot/debian --server https://boot.example.org --ca ca.pem "
                  "--token-file token");
    const auto declare = [&](const char* name, const char* what, Result<void> (*run)(const PcOptions&)) {
        const auto [command, options] = add_command(*group, chosen, name, what, run);
        command->add_option("--server", options->server.url, "The server, https://…")->type_name("URL")->required();
        add_credentials(*command, options->server);
        command->add_flag("--json", options->json, "Print JSON");
        return std::pair(command, options);
    };
    const auto with_id = [&](const char* name, const char* what, Result<void> (*run)(const PcOptions&)) {
        const auto declared = declare(name, what, run);
        declared.first->add_option("id", declared.second->id, "The PC's number")->required();
        return declared;
    };
    const auto listed = declare("list", "List them, with state, key and place", at_server<list>);
    listed.first->add_option("--state", listed.second->state, "Only those in this state")
        ->check(CLI::IsMember(std::vector<std::string>(states.begin(), states.end())));
    listed.first->add_flag("--waiting", listed.second->waiting, "Only those with a key that waits to be confirmed");
    declare("watch", "Print each as it changes, until Ctrl-C; with --json a JSON object a line", at_server<watch_all>);
    with_id("show", "Show all about one", at_server<show>);
    const auto renamed = with_id("rename", "Give one a name", at_server<rename>);
    renamed.first->add_option("name", renamed.second->name, "At most 200 characters; \"\": no name")->required();
    const auto confirmed = with_id("confirm", "Confirm its key: the PC is enrolled", at_server<confirm>);
    confirmed.first->add_option("code", confirmed.second->code, "As the PC shows it on its screen")->required();
    with_id("unconfirm", "Take the confirmation back, or dismiss a key that waits", at_server<unconfirm>);
    const auto removed = declare("remove", "Forget one, or several; they may come again", at_server<remove>);
    removed.first->remove_option(removed.first->get_option("--json"));
    removed.first->add_option("id", removed.second->ids, "Their numbers")->required();
    with_id("starts", "List its last starts, with stages and endings", at_server<starts>);
    const auto told =
        with_id("command", "Tell an enrolled one what to do; prints the command's number", at_server<command>);
    told.first->add_option("action", told.second->action, "What")
        ->check(CLI::IsMember(std::vector<std::string>(actions.begin(), actions.end())))
        ->required();
    told.first
        ->add_option("--record", told.second->record,
                     "The system that \"boot\" starts, or \"kexec-reboot\" instead of the one that runs")
        ->type_name("boot/…");
    with_id("commands", "List what it was told, and what became of it", at_server<commands>);
}

} // namespace farboot::rootfs
