#include "server/catalog/entry.hpp"

#include <algorithm>
#include <array>
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
constexpr std::size_t max_group = 100;
constexpr std::size_t max_tags = 20;
constexpr std::size_t max_tag = 50;
constexpr std::array<std::string_view, 4> tools{"reboot", "power-off", "firmware-setup", "local-disk"};

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

std::expected<rootfs::RecordName, FieldError> parse_record(const json& root, const std::string& kind)
{
    const auto member = root.find("record");
    const auto text = member != root.end() && member->is_string() ? member->get<std::string>() : std::string();
    if (kind == "tool") {
        const auto name = text.starts_with("tool/") ? std::string_view(text).substr(5) : std::string_view();
        if (std::ranges::find(tools, name) == tools.end())
            return wrong("record",
                         fmt::format("record of a tool must be one of: tool/{}.", fmt::join(tools, ", tool/")));
        return rootfs::RecordName{"tool", std::string(name)};
    }
    auto name = rootfs::RecordName::parse(text);
    if (!name)
        return wrong("record", "record must name a record, such as boot/debian-desktop.");
    const auto* type = kind == "vm" ? "vm" : "boot";
    if (name->type != type)
        return wrong("record", fmt::format("An entry of kind {} needs a {} record, not {}.", kind, type, name->text()));
    return std::move(*name);
}

} // namespace

bool needs_record(const Entry& entry)
{
    return entry.kind != "tool";
}

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
    auto kind = one_of(root, "kind", "", {"system", "vm", "tool"});
    if (!kind)
        return std::unexpected(kind.error());
    entry.kind = *kind;
    auto record = parse_record(root, entry.kind);
    if (!record)
        return std::unexpected(record.error());
    entry.record = std::move(*record);
    auto title = parse_text(root, "title", max_title, true);
    auto description = parse_text(root, "description", max_description, false);
    auto icon = one_of(root, "icon", entry.kind == "system" ? "desktop" : entry.kind,
                       {"desktop", "kiosk", "terminal", "windows", "tool", "vm"});
    auto group = parse_text(root, "group", max_group, false);
    auto offering = Offering::parse(root);
    auto tags = rules::parse_words(root, "tags", max_tags, max_tag);
    for (const auto* error : {title ? nullptr : &title.error(), description ? nullptr : &description.error(),
                              group ? nullptr : &group.error(), icon ? nullptr : &icon.error(),
                              offering ? nullptr : &offering.error(), tags ? nullptr : &tags.error()})
        if (error)
            return std::unexpected(*error);
    entry.title = *title;
    entry.description = *description;
    entry.icon = *icon;
    entry.group = *group;
    if (entry.group.en.empty() && !entry.group.de.empty())
        return wrong("group.en", "group.en must not be empty where there is group.de: clients fall back to it.");
    if (entry.kind != "vm" && *offering != Offering())
        return wrong("offering", "Only a virtual machine's entry has an offering.");
    entry.offering = std::move(*offering);
    entry.tags = std::move(*tags);
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
    json result{{"id", entry.id},
                {"kind", entry.kind},
                {"record", entry.record.text()},
                {"number", number ? json(number) : json(nullptr)},
                {"title", text_json(entry.title)},
                {"description", text_json(entry.description)},
                {"icon", entry.icon}};
    if (entry.kind == "vm")
        result["offering"] = entry.offering.to_json();
    if (!entry.tags.empty())
        result["tags"] = entry.tags;
    if (!entry.group.en.empty())
        result["group"] = text_json(entry.group);
    return result;
}

json entry_json(const Entry& entry, std::uint64_t number)
{
    auto result = menu_json(entry, number);
    result["visible"] = entry.visible;
    result["auto_seconds"] = entry.auto_seconds ? json(*entry.auto_seconds) : json(nullptr);
    result["position"] = entry.position;
    result["group"] = text_json(entry.group);
    result["tags"] = entry.tags;
    return result;
}

} // namespace farboot::catalog
