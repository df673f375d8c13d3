#include "pbl/textmenu/model.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace farboot::textmenu
{

namespace
{

using nlohmann::json;

std::string text_of(const json& object, const char* name)
{
    const auto member = object.find(name);
    return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

Texts texts_of(const json& object, const char* name)
{
    Texts texts;
    if (const auto member = object.find(name); member != object.end() && member->is_object())
        for (const auto& [language, text] : member->items())
            if (text.is_string())
                texts.by_language.emplace(language, text);
    return texts;
}

std::optional<std::uint64_t> number_of(const json& object, const char* name)
{
    const auto member = object.find(name);
    return member != object.end() && member->is_number_unsigned() ? std::optional<std::uint64_t>(*member)
                                                                  : std::nullopt;
}

std::vector<Entry> entries_of(const json& menu)
{
    std::vector<Entry> entries;
    if (const auto list = menu.find("entries"); list != menu.end() && list->is_array())
        for (const auto& entry : *list)
            if (entry.is_object())
                entries.push_back({text_of(entry, "record"), texts_of(entry, "title"), texts_of(entry, "description")});
    return entries;
}

/// The index of the entry with that id, counted as entries_of() does.
std::optional<std::size_t> index_of(const json& menu, std::optional<std::uint64_t> id)
{
    const auto list = menu.find("entries");
    if (!id || list == menu.end() || !list->is_array())
        return std::nullopt;
    std::size_t index = 0;
    for (const auto& entry : *list) {
        if (!entry.is_object())
            continue;
        if (number_of(entry, "id") == id)
            return index;
        ++index;
    }
    return std::nullopt;
}

std::size_t preselected_of(const json& menu)
{
    const auto automatic = menu.find("auto");
    const auto starting =
        automatic != menu.end() && automatic->is_object() ? index_of(menu, number_of(*automatic, "id")) : std::nullopt;
    return index_of(menu, number_of(menu, "default")).value_or(starting.value_or(0));
}

void take_state(Model& model, const json& event)
{
    model.state = text_of(event, "state");
    model.record = text_of(event, "record");
    model.title = text_of(event, "title");
    model.transfer.reset();
    if (const auto total = number_of(event, "total"))
        model.transfer = Transfer{number_of(event, "bytes").value_or(0), *total, number_of(event, "rate").value_or(0)};
    model.seconds.reset();
    if (const auto seconds = number_of(event, "seconds"))
        model.seconds = static_cast<int>(std::min<std::uint64_t>(*seconds, 1'000'000));
    model.reason = text_of(event, "reason");
    model.sentence = texts_of(event, "sentence");
}

} // namespace

std::string Texts::in(const std::string& language) const
{
    if (const auto found = by_language.find(language); found != by_language.end())
        return found->second;
    return by_language.empty() ? "" : by_language.begin()->second;
}

Result<void> Model::apply(std::string_view line)
{
    const auto event = json::parse(line, nullptr, false);
    if (!event.is_object())
        return fail("event-malformed", "The agent sent something that is no event.");
    const auto name = text_of(event, "event");
    if (name == "hello") {
        if (event.value("version", json()) != 1)
            return fail("version", "The agent speaks another version of its protocol than this text menu (1).");
        greeted = true;
        server = text_of(event, "server");
        language = text_of(event, "language");
    } else if (name == "menu") {
        if (const auto menu = event.find("menu"); menu != event.end() && menu->is_object()) {
            entries = entries_of(*menu);
            preselected = preselected_of(*menu);
            can_log_in = menu->value("login", json()) == true;
            const auto who = menu->value("person", json::object());
            person = who.is_object() ? text_of(who, "full_name") : "";
            if (person.empty() && who.is_object())
                person = text_of(who, "name");
        }
    } else if (name == "pc") {
        const auto key = event.value("key", json::object());
        pc = Pc{number_of(event, "id").value_or(0), text_of(key, "state"), text_of(key, "code")};
    } else if (name == "login") {
        login = {text_of(event, "state"), text_of(event, "code"), text_of(event, "url"), texts_of(event, "sentence")};
    } else if (name == "state") {
        take_state(*this, event);
    } else if (name == "error") { // a command of this menu was not taken
        state = "error";
        reason = text_of(event, "reason");
        sentence = texts_of(event, "sentence");
    }
    return {};
}

} // namespace farboot::textmenu
