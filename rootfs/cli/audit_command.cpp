#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/command.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/query.hpp"
#include "rootfs/cli/server_client.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

/// Who changed what, when (docs/users.md).
namespace farboot::rootfs
{

namespace
{

constexpr std::size_t page = 500;

struct AuditOptions {
    ServerOptions server;
    std::string object;
    std::string user;
    std::string from;
    std::string until;
    std::size_t limit = 100;
    bool json = false;
};

std::string query_of(const AuditOptions& options, std::size_t rows, const nlohmann::json& before)
{
    auto query = fmt::format("/api/v1/audit?limit={}", rows);
    for (const auto& [name, value] : {std::pair("object", &options.object), std::pair("user", &options.user),
                                      std::pair("from", &options.from), std::pair("until", &options.until)})
        if (!value->empty())
            query += fmt::format("&{}={}", name, in_query(*value));
    if (before.is_number_integer())
        query += fmt::format("&before={}", before.get<std::int64_t>());
    return query;
}

/// Members that are not the same before and after: "enabled: true → false".
std::string difference(const nlohmann::json& before, const nlohmann::json& after)
{
    if (!before.is_object() || !after.is_object())
        return {};
    std::string text;
    for (const auto& [member, now] : after.items()) {
        const auto old = before.value(member, nlohmann::json());
        if (old != now)
            text += fmt::format("{}{}: {} → {}", text.empty() ? "" : ", ", member, old.dump(), now.dump());
    }
    return text;
}

void say_row(const nlohmann::json& row)
{
    const auto user = row.value("user", "");
    const auto token = row.value("token", "");
    const auto address = row.value("address", "");
    const auto who = fmt::format("{}{}{}", user, token.empty() ? "" : (user.empty() ? "token " : " by token ") + token,
                                 user.empty() && token.empty() ? "the server's command line" : "");
    say(fmt::format("{:>6}  {}  {}{}  {} {}  {}", row.value("id", std::int64_t{0}), row.value("at", ""), who,
                    address.empty() ? "" : " from " + address, row.value("action", ""), row.value("object", ""),
                    difference(row.value("before", nlohmann::json()), row.value("after", nlohmann::json()))));
}

Result<void> list(const AuditOptions& options)
{
    const StopOnSignal stop;
    auto server = ServerClient::create(options.server);
    if (!server)
        return std::unexpected(server.error());
    auto rows = nlohmann::json::array();
    nlohmann::json next;
    do {
        const auto answer =
            server->get(query_of(options, std::min(page, options.limit - rows.size()), next), stop.token());
        if (!answer)
            return std::unexpected(answer.error());
        const auto found = answer->find("audit");
        if (found == answer->end() || !found->is_array())
            return fail("bad-answer", "{}: the answer has no audit. Is this a Farboot server?", server->url());
        rows.insert(rows.end(), found->begin(), found->end());
        next = found->empty() ? nlohmann::json() : answer->value("next", nlohmann::json());
    } while (!next.is_null() && rows.size() < options.limit);
    if (options.json)
        say_json(rows);
    else
        std::ranges::for_each(rows, say_row);
    return {};
}

} // namespace

void add_audit_command(CLI::App& app, Action& chosen)
{
    auto* group = app.add_subcommand("audit", "Who changed what, when, from what to what");
    group->require_subcommand(1);
    const auto [command, options] = add_command(*group, chosen, "list", "List changes, the newest first", list);
    command->add_option("--server", options->server.url, "The server, https://…")->type_name("URL")->required();
    add_credentials(*command, options->server);
    command->add_option("--object", options->object, "What was changed: rule:5, or rule: for all rules")
        ->type_name("OBJECT");
    command->add_option("--user", options->user, "Who changed it")->type_name("NAME");
    command->add_option("--from", options->from, "Not before, 2026-01-31T12:00:00Z")->type_name("TIME");
    command->add_option("--until", options->until, "Before, 2026-01-31T12:00:00Z")->type_name("TIME");
    command->add_option("--limit", options->limit, "At most so many")
        ->check(CLI::Range(1, 1000000))
        ->capture_default_str();
    command->add_flag("--json", options->json, "Print JSON, with all that was there before and after");
    command->footer("Example:\n"
                    "  farboot audit list --object rule: --server https://boot.example.org --ca ca.pem "
                    "--token-file token");
}

} // namespace farboot::rootfs
