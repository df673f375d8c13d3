#include "rootfs/settings/names.hpp"

#include "rootfs/settings/checks.hpp"

#include <algorithm>
#include <array>

namespace farboot::settings
{

namespace
{

constexpr std::array<std::string_view, 4> placeholders{"{id}", "{name}", "{mac}", "{location}"};

/// Labels as RFC 1123 has them, of placeholders, too.
bool is_host_pattern(std::string_view text)
{
    std::string plain(text);
    for (const auto& placeholder : placeholders)
        for (auto at = plain.find(placeholder); at != plain.npos; at = plain.find(placeholder))
            plain.replace(at, placeholder.size(), "x");
    return std::ranges::none_of(plain, [](char c) { return c >= 'A' && c <= 'Z'; }) && !plain.contains(':') &&
           is_host(plain) && !plain.contains(".-") && !plain.contains("-.");
}

bool is_locale(std::string_view text)
{
    return text.size() >= 1 && is_made_of(text.substr(0, 1), "") && is_made_of(text, "_.@-");
}

bool is_zone(std::string_view text)
{
    return is_path("/" + std::string(text)) && !text.contains("//") && !text.starts_with('/') && !text.ends_with('/') &&
           !text.starts_with('.');
}

} // namespace

Parsed<Hostname> Hostname::parse(const Json& value)
{
    auto text = parse_text(value, longest, is_host_pattern,
                           "a host name in lower case, such as pc-{id} or {name}.example.org, with {id}, {name}, "
                           "{mac} and {location} for what is known of each PC");
    if (!text)
        return std::unexpected(std::move(text.error()));
    return Hostname{std::move(*text)};
}

Parsed<Locale> Locale::parse(const Json& value)
{
    auto text = parse_text(value, 64, is_locale, "a locale's name, such as de_DE.UTF-8");
    if (!text)
        return std::unexpected(std::move(text.error()));
    return Locale{std::move(*text)};
}

Parsed<TimeZone> TimeZone::parse(const Json& value)
{
    auto text = parse_text(value, 64, is_zone, "a time zone's name, such as Europe/Berlin");
    if (!text)
        return std::unexpected(std::move(text.error()));
    return TimeZone{std::move(*text)};
}

} // namespace farboot::settings
