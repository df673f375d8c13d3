#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/audience_options.hpp"
#include "rootfs/cli/command.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/server_client.hpp"
#include "rootfs/cli/setting_options.hpp"
#include "rootfs/image/file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <map>

/// The server's catalog on the command line: the same requests as the admin page's (docs/http-api.md).
namespace farboot::rootfs
{

namespace
{

constexpr std::uint64_t max_file = 1 << 20;

/// One kind of thing in the catalog.
struct Kind {
    const char* command;
    const char* people; ///< what it is called in sentences
    const char* path;   ///< below /api/v1/
    const char* list;   ///< the member of the answer that has them all
    bool ordered;
    bool changes = true;
    bool whole = false; ///< "list --all" asks for everybody's
};

constexpr Kind entry_kind{"entry", "menu entry", "entries", "entries", true};
constexpr Kind location_kind{"location", "location", "locations", "locations", false};
constexpr Kind hardware_kind{"hardware", "hardware class", "hardware-classes", "hardware_classes", false};
constexpr Kind rule_kind{"rule", "rule", "rules", "rules", true};
constexpr Kind user_kind{"user", "user", "users", "users", false};
constexpr Kind group_kind{"group", "group", "groups", "groups", false};
constexpr Kind role_kind{"role", "role", "roles", "roles", false};
constexpr Kind token_kind{"token", "token", "tokens", "tokens", false, false, true};

struct CatalogOptions {
    const Kind* kind = nullptr;
    ServerOptions server;
    std::uint64_t id = 0;
    std::vector<std::uint64_t> ids;
    std::string file;
    AudienceOptions audiences;
    SettingOptions settings;
    bool force = false;
    bool json = false;
    bool all = false;
};

std::string path_of(const Kind& kind, std::uint64_t id)
{
    return fmt::format("/api/v1/{}/{}", kind.path, id);
}

Result<nlohmann::json> read_all(ServerClient& server, const Kind& kind, const std::stop_token& stop, bool all = false)
{
    auto answer = server.get(fmt::format("/api/v1/{}{}", kind.path, all ? "?all=true" : ""), stop);
    if (!answer)
        return answer;
    auto list = answer->find(kind.list);
    if (list == answer->end() || !list->is_array())
        return fail("bad-answer", "{}: the answer has no {}. Is this a Farboot server?", server.url(), kind.list);
    return std::move(*list);
}

Result<nlohmann::json> find_one(ServerClient& server, const Kind& kind, std::uint64_t id, const std::stop_token& stop)
{
    const auto all = read_all(server, kind, stop);
    if (!all)
        return all;
    for (const auto& item : *all)
        if (item.value("id", std::uint64_t{0}) == id)
            return item;
    return fail("not-found", "There is no {} {}. \"farboot {} list\" shows those that there are.", kind.people, id,
                kind.command);
}

/// "en" of a title or name, or a name that is the same in all languages.
std::string name_of(const nlohmann::json& item)
{
    for (const char* member : {"title", "name"})
        if (const auto text = item.find(member); text != item.end())
            return text->is_object() ? text->value("en", "") : text->is_string() ? text->get<std::string>() : "";
    return {};
}

/// What a line of a list says behind the name.
std::string details_of(const nlohmann::json& item)
{
    std::string details;
    for (const auto& [member, before] : {std::pair("record", "  "), std::pair("full_name", "  "),
                                         std::pair("user", "  of "), std::pair("expires", "  until ")})
        if (const auto found = item.find(member);
            found != item.end() && found->is_string() && !found->get_ref<const std::string&>().empty())
            details += before + found->get<std::string>();
    const bool on = item.value("visible", true) && item.value("enabled", true);
    return details + (on ? "" : "  (off)");
}

/// How deep each location lies. Parents are listed before or after their children.
std::map<std::uint64_t, int> depths_of(const nlohmann::json& items)
{
    std::map<std::uint64_t, std::uint64_t> parents;
    for (const auto& item : items)
        if (item.contains("parent") && item["parent"].is_number_unsigned())
            parents[item.value("id", std::uint64_t{0})] = item["parent"];
    std::map<std::uint64_t, int> depths;
    constexpr int deepest = 64; // no tree of a server is: an answer that goes in a circle
    for (const auto& item : items) {
        const auto id = item.value("id", std::uint64_t{0});
        int depth = 0;
        for (auto at = parents.find(id); at != parents.end() && depth < deepest; at = parents.find(at->second))
            ++depth;
        depths[id] = depth;
    }
    return depths;
}

using Work = Result<void> (*)(const CatalogOptions&, ServerClient&, const std::stop_token&);

Result<void> list(const CatalogOptions& options, ServerClient& server, const std::stop_token& stop)
{
    const auto all = read_all(server, *options.kind, stop, options.all);
    if (!all)
        return std::unexpected(all.error());
    if (options.json) {
        say_json(*all);
        return {};
    }
    const auto depths = depths_of(*all);
    for (const auto& item : *all) {
        const auto id = item.value("id", std::uint64_t{0});
        say(fmt::format("{:>6}  {}{}{}", id, std::string(2 * static_cast<std::size_t>(depths.at(id)), ' '),
                        name_of(item), details_of(item)));
    }
    return {};
}

Result<void> show(const CatalogOptions& options, ServerClient& server, const std::stop_token& stop)
{
    const auto item = find_one(server, *options.kind, options.id, stop);
    if (!item)
        return std::unexpected(item.error());
    say(item->dump(2));
    return {};
}

/// The JSON object in a file, or on standard input.
Result<nlohmann::json> read_object(const std::string& file)
{
    std::string text;
    if (file == "-") {
        text.assign(std::istreambuf_iterator<char>(std::cin), {});
    } else {
        auto read = read_file(file, max_file);
        if (!read)
            return std::unexpected(read.error());
        text = std::move(*read);
    }
    auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object())
        return fail("json-malformed", "{} does not hold a JSON object. \"show\" prints one that can be changed.",
                    file == "-" ? "Standard input" : file);
    return json;
}

Result<void> add(const CatalogOptions& options, ServerClient& server, const std::stop_token& stop)
{
    auto object = read_object(options.file);
    if (!object)
        return std::unexpected(object.error());
    object->erase("etag");
    if (const auto applied = options.audiences.apply(*object); !applied)
        return applied;
    if (const auto applied = options.settings.apply(*object); !applied)
        return applied;
    const auto added = server.change("POST", fmt::format("/api/v1/{}", options.kind->path), *object, "", stop);
    if (!added)
        return std::unexpected(added.error());
    if (options.json)
        say_json(*added);
    else if (const auto secret = added->find("secret"); secret != added->end() && secret->is_string())
        say(secret->get<std::string>());
    else
        say(fmt::format("{}", added->value("id", std::uint64_t{0})));
    return {};
}

Result<void> change(const CatalogOptions& options, ServerClient& server, const std::stop_token& stop)
{
    if (options.file.empty() && options.audiences.empty() && options.settings.empty())
        return fail("usage", "Say what it is to become: in a file, or by an option of its own.");
    auto object = options.file.empty() ? find_one(server, *options.kind, options.id, stop) : read_object(options.file);
    if (!object)
        return std::unexpected(object.error());
    if (const auto applied = options.audiences.apply(*object); !applied)
        return applied;
    if (const auto applied = options.settings.apply(*object); !applied)
        return applied;
    const auto etag = object->find("etag");
    const auto known = etag != object->end() && etag->is_string() ? etag->get<std::string>() : std::string();
    if (known.empty() && !options.force)
        return fail("usage",
                    "{} has no \"etag\", by which the server would see that somebody else was faster: change what "
                    "\"show\" printed, or use --force.",
                    options.file);
    object->erase("etag");
    const auto changed =
        server.change("PUT", path_of(*options.kind, options.id), *object, options.force ? "*" : known, stop);
    if (!changed && changed.error().reason == "http-412")
        return fail("changed-meanwhile", "{} Show it again, or use --force.", changed.error().sentence);
    if (!changed)
        return std::unexpected(changed.error());
    if (options.json)
        say_json(*changed);
    return {};
}

Result<void> remove(const CatalogOptions& options, ServerClient& server, const std::stop_token& stop)
{
    for (const auto id : options.ids)
        if (const auto removed = server.change("DELETE", path_of(*options.kind, id), {}, "*", stop); !removed)
            return std::unexpected(removed.error());
    return {};
}

/// Those that are not named follow in the order that they had.
Result<void> order(const CatalogOptions& options, ServerClient& server, const std::stop_token& stop)
{
    const auto all = read_all(server, *options.kind, stop);
    if (!all)
        return std::unexpected(all.error());
    auto ids = options.ids;
    for (const auto& item : *all)
        if (const auto id = item.value("id", std::uint64_t{0}); std::ranges::find(ids, id) == ids.end())
            ids.push_back(id);
    const auto ordered =
        server.change("PUT", fmt::format("/api/v1/{}/order", options.kind->path), {{"ids", ids}}, "", stop);
    if (!ordered)
        return std::unexpected(ordered.error());
    return {};
}

/// Does it with the server that the options name.
template <Work work>
Result<void> at_server(const CatalogOptions& options)
{
    const StopOnSignal stop;
    auto server = ServerClient::create(options.server);
    if (!server)
        return std::unexpected(server.error());
    return work(options, *server, stop.token());
}

void add_kind(CLI::App& app, Action& chosen, const Kind& kind, const char* description, const char* example)
{
    auto* group = app.add_subcommand(kind.command, description);
    group->require_subcommand(1);
    group->footer(fmt::format("Its members are in docs/http-api.md. Example:\n{}", example));
    const auto declare = [&](const char* name, const std::string& what, Result<void> (*run)(const CatalogOptions&)) {
        const auto [command, options] = add_command(*group, chosen, name, what.c_str(), run);
        options->kind = &kind;
        command->add_option("--server", options->server.url, "The server, https://…")->type_name("URL")->required();
        add_credentials(*command, options->server);
        return std::pair(command, options);
    };
    const auto with_id = [&](const auto& declared) {
        declared.first->add_option("id", declared.second->id, "Its number")->required();
    };
    const auto with_file = [&](const auto& declared, bool needed) {
        declared.first->add_option("file", declared.second->file, "JSON file, or - for standard input")
            ->required(needed);
        declared.first->add_flag("--json", declared.second->json, "Print JSON: what it has become");
    };
    const auto listed = declare("list", "List all, with their numbers", at_server<list>);
    listed.first->add_flag("--json", listed.second->json, "Print JSON");
    if (kind.whole)
        listed.first->add_flag("--all", listed.second->all, "Those of all users, not one's own only");
    with_id(declare("show", "Print one as JSON, to be changed", at_server<show>));
    const bool is_location = &kind == &location_kind;
    const auto added = declare(
        "add", fmt::format("Add a {}; prints its {}", kind.people, kind.changes ? "number" : "secret, this once"),
        at_server<add>);
    with_file(added, true);
    if (is_location) {
        add_audience_options(*added.first, added.second->audiences, false);
        add_setting_options(*added.first, added.second->settings, false);
    }
    if (kind.changes) {
        const auto changed =
            declare("change", fmt::format("Replace a {} by what a file says", kind.people), at_server<change>);
        with_id(changed);
        with_file(changed, !is_location);
        changed.first->add_flag("--force", changed.second->force, "Whatever somebody else has made of it meanwhile");
        if (is_location) {
            add_audience_options(*changed.first, changed.second->audiences, true);
            add_setting_options(*changed.first, changed.second->settings, true);
        }
    }
    const auto removed = declare("remove", fmt::format("Remove a {}, or several", kind.people), at_server<remove>);
    removed.first->add_option("id", removed.second->ids, "Their numbers")->required();
    if (!kind.ordered)
        return;
    const auto ordered =
        declare("order", "Put these first, in this order; the others follow as they were", at_server<order>);
    ordered.first->add_option("id", ordered.second->ids, "Their numbers")->required();
}

} // namespace

void add_catalog_commands(CLI::App& app, Action& chosen)
{
    add_kind(app, chosen, entry_kind, "What menus offer",
             "  farboot entry list --server https://boot.example.org --ca ca.pem --token-file token");
    add_kind(app, chosen, location_kind, "Where PCs are: a tree of buildings, rooms, seats",
             "  echo '{\"name\": {\"en\": \"Room 12\"}, \"subnets\": [\"10.1.12.0/24\"]}' |\n"
             "      farboot location add - --server https://boot.example.org --ca ca.pem --token-file token\n"
             "  farboot location change 2 --audience exam --server https://boot.example.org --ca ca.pem --token-file "
             "token\n"
             "  farboot location change 2 --set time_zone=Europe/Berlin --set keyboard='{\"layout\": \"de\"}' \\\n"
             "      --server https://boot.example.org --ca ca.pem --token-file token");
    add_kind(app, chosen, hardware_kind, "Classes of PCs by what they are",
             "  echo '{\"name\": {\"en\": \"Big\"}, \"memory_mib\": {\"min\": 15000}}' |\n"
             "      farboot hardware add - --server https://boot.example.org --ca ca.pem --token-file token");
    add_kind(app, chosen, rule_kind, "What is shown where, to whom and when",
             "  farboot rule show 3 --server https://boot.example.org --ca ca.pem --token-file token > rule.json\n"
             "  farboot rule change 3 rule.json --server https://boot.example.org --ca ca.pem --token-file token");
    add_kind(app, chosen, user_kind, "Who logs in; \"password\" sets what with",
             "  echo '{\"name\": \"anna\", \"roles\": [{\"role\": 2, \"location\": 3}]}' |\n"
             "      farboot user add - --server https://boot.example.org --ca ca.pem --token-file token");
    add_kind(app, chosen, group_kind, "Groups of users, also of a directory (LDAP)",
             "  echo '{\"name\": \"staff\", \"roles\": [{\"role\": 2}]}' |\n"
             "      farboot group add - --server https://boot.example.org --ca ca.pem --token-file token");
    add_kind(app, chosen, role_kind, "Named sets of rights (docs/users.md has them all)",
             "  echo '{\"name\": {\"en\": \"Caretaker\"}, \"rights\": [\"catalog.read\", \"rules.edit\"]}' |\n"
             "      farboot role add - --server https://boot.example.org --ca ca.pem --token-file token");
    add_kind(app, chosen, token_kind, "What programs log in with",
             "  echo '{\"name\": \"ci\", \"scope\": [{\"rights\": [\"records.publish\"]}]}' |\n"
             "      farboot token add - --server https://boot.example.org --ca ca.pem --token-file token > ci.token");
}

} // namespace farboot::rootfs
