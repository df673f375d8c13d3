#include "server/catalog/entry.hpp"

#include <algorithm>
#include <string_view>

namespace farboot::catalog
{

namespace
{

using nlohmann::json;
using rules::parse_text;
using rules::text_json;
using rules::wrong;
constexpr std::size_t max_title = 200;
constexpr std::size_t max_description = 1000;
constexpr std::int64_t max_auto_seconds = 3600;

std::expected<std::string, FieldError> one_of(const json& root, const std::string& name, const std::string& fallback,
                                              std::initializer_list<std::string_view> choices)
{
    const auto found = root.find(name);
    if (found == root.end() && !fallback.empty())
        return fallback;
    if (found == root.end() || !found->is_string() ||
        std::ranges::find(choices, found->get_ref<const std::string&>()) == choices.end())
        return wrong(name, fmt::format("{} must be one of: {}.", name, fmt::join(choices, ", ")));
    return found->get<std::string>();
}

} // namespace

std::string Entry::etag() const
{
    return fmt::format("\"{}-{}\"", id, version);
}

std::expected<Entry, FieldError> parse_entry(std::string_view text)
{
    const auto root = json::parse(text, nullptr, false);
    if (!root.is_object())
        return wrong("", "An entry is a JSON object.");
    Entry entry;
    auto kind = one_of(root, "kind", "", {"system", "vm"});
    if (!kind)
        return std::unexpected(kind.error());
    entry.kind = *kind;
    const auto record = root.find("record");
    auto name = record != root.end() && record->is_string()
                    ? rootfs::RecordName::parse(record->get_ref<const std::string&>())
                    : fail("record-malformed", "");
    if (!name)
        return wrong("record", "record must name a record, such as boot/debian-desktop.");
    if (name->type != (entry.kind == "vm" ? "vm" : "boot"))
        return wrong("record", fmt::format("An entry of kind {} needs a {} record, not {}.", entry.kind,
                                           entry.kind == "vm" ? "vm" : "boot", name->text()));
    entry.record = *name;
    auto title = parse_text(root, "title", max_title, true);
    auto description = parse_text(root, "description", max_description, false);
    auto icon = one_of(root, "icon", entry.kind == "vm" ? "vm" : "desktop",
                       {"desktop", "kiosk", "terminal", "windows", "tool", "vm"});
    for (const auto* error : {title ? nullptr : &title.error(), description ? nullptr : &description.error(),
                              icon ? nullptr : &icon.error()})
        if (error)
            return std::unexpected(*error);
    entry.title = *title;
    entry.description = *description;
    entry.icon = *icon;
    if (const auto visible = root.find("visible"); visible != root.end()) {
        if (!visible->is_boolean())
            return wrong("visible", "visible must be true or false.");
        entry.visible = visible->get<bool>();
    }
    if (const auto seconds = root.find("auto_seconds"); seconds != root.end() && !seconds->is_null()) {
        if (!seconds->is_number_unsigned() || seconds->get<std::uint64_t>() > max_auto_seconds)
            return wrong("auto_seconds",
                         fmt::format("auto_seconds must be null or a number from 0 to {}.", max_auto_seconds));
        entry.auto_seconds = seconds->get<int>();
    }
    return entry;
}

json menu_json(const Entry& entry, std::uint64_t number)
{
    return {{"id", entry.id},
            {"kind", entry.kind},
            {"record", entry.record.text()},
            {"number", number ? json(number) : json(nullptr)},
            {"title", text_json(entry.title)},
            {"description", text_json(entry.description)},
            {"icon", entry.icon}};
}

json entry_json(const Entry& entry, std::uint64_t number)
{
    auto result = menu_json(entry, number);
    result["visible"] = entry.visible;
    result["auto_seconds"] = entry.auto_seconds ? json(*entry.auto_seconds) : json(nullptr);
    result["position"] = entry.position;
    return result;
}

} // namespace farboot::catalog
