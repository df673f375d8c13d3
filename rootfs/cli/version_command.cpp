#include "rootfs/base/number.hpp"
#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/command.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/server_client.hpp"
#include "rootfs/record/record.hpp"

#include <nlohmann/json.hpp>

/// Versions of records on the command line: the same requests as the admin page's (docs/records.md, Versions).
namespace farboot::rootfs
{

namespace
{

using nlohmann::json;

struct VersionOptions {
    ServerOptions server;
    std::string record;
    std::string number;
    bool json = false;
};

Result<std::string> path_of(const VersionOptions& options)
{
    const auto name = RecordName::parse(options.record);
    if (!name)
        return std::unexpected(name.error());
    return "/api/v1/series/" + name->text();
}

Result<std::uint64_t> number_of(const VersionOptions& options)
{
    const auto number = to_number<std::uint64_t>(options.number);
    if (!number || *number == 0)
        return fail("usage", "\"{}\" is not a version's number.", options.number);
    return *number;
}

std::string text_of(const json& value)
{
    return value.is_number() ? value.dump() : "none";
}

void print(const VersionOptions& options, const json& series)
{
    if (options.json)
        return say_json(series);
    say(fmt::format("{}  current {}, PCs take nothing below {}{}", options.record,
                    text_of(series.value("current", json())), text_of(series.value("floor", json())),
                    series.value("lowest", json()).is_number()
                        ? fmt::format(" (an admin's floor: {})", series["lowest"].dump())
                        : ""));
    for (const auto& version : series.value("versions", json::array()))
        say(fmt::format("{} {}  {}  {}  {}", version.value("current", false) ? "*" : " ",
                        version.value("number", std::uint64_t{0}), version.value("state", ""),
                        version.value("published", ""), version.value("title", "")));
}

using Work = Result<json> (*)(const VersionOptions&, ServerClient&, const json& series, const std::stop_token&);

/// Reads the series, does something with it as it was read, and prints what it has become.
template <Work work>
Result<void> with_series(const VersionOptions& options)
{
    const StopOnSignal stop;
    const auto path = path_of(options);
    if (!path)
        return std::unexpected(path.error());
    auto server = ServerClient::create(options.server);
    if (!server)
        return std::unexpected(server.error());
    const auto series = server->get(*path, stop.token());
    if (!series)
        return std::unexpected(series.error());
    const auto done = work(options, *server, *series, stop.token());
    if (!done && done.error().reason == "http-412")
        return fail("changed-meanwhile", "{} Try again.", done.error().sentence);
    if (!done)
        return std::unexpected(done.error());
    print(options, *done);
    return {};
}

Result<json> show(const VersionOptions&, ServerClient&, const json& series, const std::stop_token&)
{
    return series;
}

Result<json> put(const VersionOptions& options, ServerClient& server, const json& series, const std::string& below,
                 const json& body, const std::stop_token& stop)
{
    const auto path = path_of(options);
    return server.change("PUT", *path + below, body, series.value("etag", ""), stop);
}

Result<json> set_state(const VersionOptions& options, ServerClient& server, const json& series, const char* state,
                       const std::stop_token& stop)
{
    const auto number = number_of(options);
    if (!number)
        return std::unexpected(number.error());
    return put(options, server, series, fmt::format("/{}", *number), {{"state", state}}, stop);
}

Result<json> publish(const VersionOptions& options, ServerClient& server, const json& series,
                     const std::stop_token& stop)
{
    return set_state(options, server, series, "published", stop);
}

Result<json> retire(const VersionOptions& options, ServerClient& server, const json& series,
                    const std::stop_token& stop)
{
    return set_state(options, server, series, "retired", stop);
}

Result<json> revoke(const VersionOptions& options, ServerClient& server, const json& series,
                    const std::stop_token& stop)
{
    return set_state(options, server, series, "revoked", stop);
}

/// The newest published version below the current one.
Result<std::uint64_t> version_before(const json& series)
{
    const auto current = series.value("current", json());
    for (const auto& version : series.value("versions", json::array()))
        if (current.is_number() && version.value("state", "") == "published" &&
            version.value("number", std::uint64_t{0}) < current.get<std::uint64_t>())
            return version.value("number", std::uint64_t{0});
    return fail("version-unknown", "There is no older published version to go back to.");
}

Result<json> roll_back(const VersionOptions& options, ServerClient& server, const json& series,
                       const std::stop_token& stop)
{
    const auto number = options.number.empty() ? version_before(series) : number_of(options);
    if (!number)
        return std::unexpected(number.error());
    return put(options, server, series, "", {{"current", *number}, {"lowest", series.value("lowest", json())}}, stop);
}

Result<json> set_floor(const VersionOptions& options, ServerClient& server, const json& series,
                       const std::stop_token& stop)
{
    json lowest = nullptr;
    if (options.number != "none") {
        const auto number = number_of(options);
        if (!number)
            return std::unexpected(number.error());
        lowest = *number;
    }
    return put(options, server, series, "", {{"current", series.value("current", json())}, {"lowest", lowest}}, stop);
}

} // namespace

void add_version_commands(CLI::App& app, Action& chosen)
{
    auto* group = app.get_subcommand("record");
    const auto add = [&](const char* name, const char* description, Result<void> (*run)(const VersionOptions&)) {
        const auto [command, options] = add_command(*group, chosen, name, description, run);
        command->add_option("record", options->record, "The series, such as boot/debian")->required();
        command->add_option("--server", options->server.url, "The server, https://…")->type_name("URL")->required();
        add_credentials(*command, options->server);
        command->add_flag("--json", options->json, "Print JSON: the series as it is then");
        return std::pair(command, options);
    };
    const auto add_numbered = [&](const char* name, const char* description, Result<void> (*run)(const VersionOptions&),
                                  const char* what, bool required = true) {
        const auto [command, options] = add(name, description, run);
        command->add_option("number", options->number, what)->required(required);
        command->footer(fmt::format("Example:\n  farboot record {} boot/debian {} --server https://boot.example.org "
                                    "--ca ca.pem --token-file token",
                                    name, required ? "3" : "2"));
    };
    add("versions", "List a record's versions at a server: which is offered, and the state of each", with_series<show>);
    add_numbered("publish", "Offer a draft, or again what was retired", with_series<publish>, "The version");
    add_numbered("retire", "Offer a version no more; the newest published one below it takes its place",
                 with_series<retire>, "The version");
    add_numbered("revoke", "Let every PC refuse a version; \"retire\" takes that back", with_series<revoke>,
                 "The version");
    add_numbered("roll-back", "Offer an older published version, or a newer one again", with_series<roll_back>,
                 "The version; without it, the published one before the current", false);
    add_numbered("floor", "Set the number below which nothing is offered any more", with_series<set_floor>,
                 "The lowest number, or none");
}

} // namespace farboot::rootfs
