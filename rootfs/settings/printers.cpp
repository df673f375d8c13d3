#include "rootfs/settings/printers.hpp"

#include "rootfs/settings/checks.hpp"

#include <algorithm>

namespace farboot::settings
{

Parsed<Printer> Printer::parse(const Json& value)
{
    Members members(value, "A printer", R"({"name": "hall", "uri": "ipp://print.example.org/printers/hall"})",
                    {"name", "uri", "description", "default"});
    Printer printer;
    printer.name = members.needed("name", 64, is_name, "letters, digits, dots, dashes and underscores");
    printer.uri = members.needed(
        "uri", 256, [](std::string_view text) { return is_url(text, {"ipp", "ipps"}); },
        "an address such as ipp://print.example.org/printers/hall, without a password");
    printer.description = members.text("description", 128, is_plain, "text for people").value_or("");
    printer.is_default = members.flag("default", false);
    return members.result(std::move(printer));
}

Json Printer::to_json() const
{
    Json json{{"name", name}, {"uri", uri}};
    if (!description.empty())
        json["description"] = description;
    if (is_default)
        json["default"] = true;
    return json;
}

Parsed<Printers> Printers::parse(const Json& value)
{
    auto list = parse_list<Printer>(value, 20, "printers");
    if (!list)
        return std::unexpected(std::move(list.error()));
    for (auto one = list->begin(); one != list->end(); ++one)
        if (std::find_if(list->begin(), one, [&](const Printer& other) { return other.name == one->name; }) != one)
            return std::unexpected(Wrong{"name", fmt::format("There are two printers {}.", one->name)});
    if (std::ranges::count_if(*list, &Printer::is_default) > 1)
        return std::unexpected(Wrong{"default", "Only one printer can be the default."});
    return Printers{std::move(*list)};
}

} // namespace farboot::settings
