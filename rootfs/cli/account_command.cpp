#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/command.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/server_client.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

/// One's own account: favourites, and the PCs where one is logged in (docs/users.md).
namespace farboot::rootfs
{

namespace
{

struct AccountOptions {
    ServerOptions server;
    std::vector<std::int64_t> entries;
    std::int64_t pc = 0;
    bool json = false;
};

std::string text_in(const nlohmann::json& object, const char* name)
{
    const auto member = object.is_object() ? object.value(name, nlohmann::json()) : nlohmann::json();
    return member.is_string() ? member.get<std::string>() : member.is_number() ? member.dump() : "";
}

Result<void> show(const AccountOptions& options)
{
    const StopOnSignal stop;
    auto server = ServerClient::create(options.server);
    if (!server)
        return std::unexpected(server.error());
    const auto account = server->get("/api/v1/account", stop.token());
    if (!account)
        return std::unexpected(account.error());
    if (options.json) {
        say_json(*account);
        return {};
    }
    say(fmt::format("{}  {}", text_in(*account, "user"), text_in(*account, "full_name")));
    const auto favourites = account->value("favourites", nlohmann::json::array());
    for (const auto& entry : account->value("entries", nlohmann::json::array())) {
        const bool chosen = std::ranges::count(favourites, entry.value("id", nlohmann::json())) > 0;
        say(fmt::format("{} {:>5}  {}", chosen ? "*" : " ", text_in(entry, "id"),
                        text_in(entry.value("title", nlohmann::json()), "en")));
    }
    for (const auto& pc : account->value("pcs", nlohmann::json::array()))
        say(fmt::format("logged in at PC {} {} since {}", text_in(pc, "id"), text_in(pc, "name"),
                        text_in(pc, "since")));
    return {};
}

Result<void> set_favourites(const AccountOptions& options)
{
    const StopOnSignal stop;
    auto server = ServerClient::create(options.server);
    if (!server)
        return std::unexpected(server.error());
    const auto set =
        server->change("PUT", "/api/v1/account/favourites", {{"entries", options.entries}}, "", stop.token());
    return set ? Result<void>() : std::unexpected(set.error());
}

Result<void> log_out(const AccountOptions& options)
{
    const StopOnSignal stop;
    auto server = ServerClient::create(options.server);
    if (!server)
        return std::unexpected(server.error());
    const auto done =
        server->change("DELETE", fmt::format("/api/v1/account/pcs/{}", options.pc), nullptr, "", stop.token());
    return done ? Result<void>() : std::unexpected(done.error());
}

} // namespace

void add_account_commands(CLI::App& app, Action& chosen)
{
    auto* group = app.add_subcommand("account", "One's own favourites, and the PCs where one is logged in");
    group->require_subcommand(1);
    const auto reach = [](CLI::App* command, AccountOptions* options) {
        command->add_option("--server", options->server.url, "The server, https://…")->type_name("URL")->required();
        add_credentials(*command, options->server);
    };
    const auto [showing, show_options] =
        add_command(*group, chosen, "show", "Show what there is to choose from, favourites with a *", show);
    reach(showing, show_options);
    showing->add_flag("--json", show_options->json, "As the server says it");
    const auto [setting, set_options] = add_command(*group, chosen, "favourites",
                                                    "These entries come first in one's menus, in this order; none: no "
                                                    "favourites",
                                                    set_favourites);
    reach(setting, set_options);
    setting->add_option("ENTRY", set_options->entries, "Numbers of menu entries");
    setting->footer(
        "Example:\n"
        "  farboot account favourites 4 2 --server https://boot.example.org --ca ca.pem --token-file token");
    const auto [leaving, leave_options] =
        add_command(*group, chosen, "log-out", "Log out at a PC that one has gone away from", log_out);
    reach(leaving, leave_options);
    leaving->add_option("PC", leave_options->pc, "The PC's number")->required();
}

} // namespace farboot::rootfs
