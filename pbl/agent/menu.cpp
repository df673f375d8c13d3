#include "pbl/agent/menu.hpp"

#include "pbl/agent/tools.hpp"

namespace farboot::agent
{

namespace
{

using Json = nlohmann::json;

constexpr std::size_t max_sources = 16;
constexpr int max_countdown = 3600;

const Json* member(const Json& object, const char* name)
{
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

Result<AutoBoot> read_auto(const Json& value, const Json& entries, const std::string& language)
{
    const auto* id = value.is_object() ? member(value, "id") : nullptr;
    const auto* seconds = value.is_object() ? member(value, "seconds") : nullptr;
    if (!id || !seconds || !seconds->is_number_unsigned() || *seconds > max_countdown)
        return fail("menu-malformed", "\"auto\" needs an id, and seconds of at most {}.", max_countdown);
    for (const auto& entry : entries) {
        if (entry.at("id") != *id)
            continue;
        auto record = parse_choice(entry.at("record").get<std::string>());
        if (!record)
            return std::unexpected(record.error());
        return AutoBoot{std::move(*record), entry_title(entry, language), seconds->get<int>()};
    }
    return fail("menu-malformed", "\"auto\" names an entry that is not in the menu.");
}

Result<std::vector<std::string>> read_sources(const Json& menu)
{
    const auto* list = member(menu, "sources");
    if (!list || !list->is_array() || list->empty() || list->size() > max_sources)
        return fail("menu-malformed", "\"sources\" is not a list of 1 to {} sources.", max_sources);
    std::vector<std::string> sources;
    for (const auto& source : *list) {
        const auto* url = source.is_object() ? member(source, "url") : nullptr;
        std::string text = url && url->is_string() ? url->get<std::string>() : "";
        if (!text.starts_with("https://") && !text.starts_with("http://"))
            return fail("menu-malformed", "A source has no http URL.");
        while (text.ends_with('/'))
            text.pop_back();
        sources.push_back(std::move(text));
    }
    return sources;
}

bool is_entry(const Json& entry)
{
    const auto* record = entry.is_object() ? member(entry, "record") : nullptr;
    return record && record->is_string() && member(entry, "id");
}

} // namespace

std::string entry_title(const Json& entry, const std::string& language)
{
    const auto* title = member(entry, "title");
    if (!title || !title->is_object())
        return "";
    for (const auto& choice : {language, std::string("en"), std::string("de")})
        if (const auto* text = member(*title, choice.c_str()); text && text->is_string())
            return *text;
    return "";
}

Result<Menu> Menu::parse(std::string_view text, const std::string& language)
{
    return read(Json::parse(text, nullptr, false), language);
}

Result<Menu> Menu::read(Json json, const std::string& language)
{
    Menu menu;
    menu.json = std::move(json);
    if (!menu.json.is_object())
        return fail("menu-malformed", "It is not a JSON object.");
    if (const auto* version = member(menu.json, "version"); !version || *version != 1)
        return fail("menu-version", "It is not of version 1.");

    const auto* entries = member(menu.json, "entries");
    if (!entries || !entries->is_array())
        return fail("menu-malformed", "\"entries\" is not a list.");
    for (const auto& entry : *entries)
        if (!is_entry(entry))
            return fail("menu-malformed", "An entry has no id or no record.");
    menu.entries = entries->size();

    if (const auto* value = member(menu.json, "auto")) {
        auto auto_boot = read_auto(*value, *entries, language);
        if (!auto_boot)
            return fail("menu-malformed", "{}", auto_boot.error().sentence);
        menu.auto_boot = std::move(*auto_boot);
    }
    if (const auto* gui = member(menu.json, "gui")) {
        auto name = rootfs::RecordName::parse(gui->is_string() ? gui->get<std::string>() : "");
        if (!name || name->type != "gui")
            return fail("menu-malformed", "\"gui\" is not the name of a gui record.");
        menu.gui = std::move(*name);
    }
    auto sources = read_sources(menu.json);
    if (!sources)
        return std::unexpected(sources.error());
    menu.sources = std::move(*sources);
    if (const auto* tokens = member(menu.json, "tokens"); tokens && tokens->is_string())
        menu.tokens = *tokens;
    if (const auto* policy = member(menu.json, "policy"); policy && policy->is_number_unsigned())
        menu.policy = *policy;
    return menu;
}

std::string Menu::sources_json() const
{
    Json list = Json::array();
    for (const auto& source : sources)
        list.push_back({{"url", source}});
    Json handed{{"version", 1}, {"sources", list}};
    if (!tokens.empty())
        handed["tokens"] = tokens;
    return handed.dump();
}

} // namespace farboot::agent
