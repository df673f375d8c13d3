#include "vmchooser/catalog/menu.hpp"

#include <nlohmann/json.hpp>

namespace farboot::vmchooser
{
namespace
{

using Json = nlohmann::json;

constexpr std::size_t most_entries = 1000;
constexpr std::size_t longest_text_bytes = 800; // 200 characters in UTF-8

/// The member's text if it is one, cut at a whole character.
std::string text(const Json& object, const char* name)
{
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string())
        return {};
    auto value = found->get<std::string>();
    std::erase_if(value, [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; });
    if (value.size() > longest_text_bytes) {
        auto end = longest_text_bytes;
        while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xc0) == 0x80)
            --end;
        value.resize(end);
    }
    return value;
}

LocalText local_text(const Json& object, const char* name)
{
    const auto found = object.find(name);
    if (found == object.end() || !found->is_object())
        return {};
    return {text(*found, "de"), text(*found, "en")};
}

Result<MenuEntry> entry(const Json& object)
{
    const auto name = rootfs::RecordName::parse(text(object, "record"));
    if (!name)
        return fail("menu-malformed", "An entry of the server's menu has no good record: {}", name.error().sentence);
    const auto number = object.find("number");
    if (name->type != "vm" || number == object.end() || !number->is_number_unsigned())
        return fail("menu-malformed", "The entry {} of the server's menu is not a virtual machine's.", name->text());
    const auto offered = object.find("offering");
    auto offering = Offering::parse(offered == object.end() ? Json() : *offered);
    if (!offering)
        return std::unexpected(offering.error());
    MenuEntry result{*name,
                     number->get<std::uint64_t>(),
                     local_text(object, "title"),
                     local_text(object, "description"),
                     text(object, "icon"),
                     *offering};
    result.group = local_text(object, "group");
    if (result.title.in("en").empty())
        return fail("menu-malformed", "The entry {} of the server's menu has no title.", name->text());
    return result;
}

} // namespace

Result<Menu> Menu::parse(std::string_view json)
{
    const auto root = Json::parse(json, nullptr, false);
    if (!root.is_object())
        return fail("menu-malformed", "The server's menu is not JSON.");
    if (!root.contains("version") || root["version"] != 1)
        return fail("menu-version",
                    "The server speaks another version of the menu than this program; it needs an update.");
    const auto entries = root.find("entries");
    if (entries == root.end() || !entries->is_array() || entries->size() > most_entries)
        return fail("menu-malformed", "The server's menu has no list of at most {} entries.", most_entries);
    Menu menu;
    if (const auto revision = root.find("revision"); revision != root.end() && revision->is_number_unsigned())
        menu.revision = revision->get<std::uint64_t>();
    menu.login = root.value("login", Json()) == true;
    if (const auto person = root.find("person"); person != root.end() && person->is_object())
        menu.person = text(*person, "full_name").empty() ? text(*person, "name") : text(*person, "full_name");
    for (const auto& item : *entries) {
        if (!item.is_object() || text(item, "kind") != "vm")
            continue;
        auto parsed = entry(item);
        if (!parsed)
            return std::unexpected(parsed.error());
        menu.entries.push_back(std::move(*parsed));
    }
    return menu;
}

} // namespace farboot::vmchooser
