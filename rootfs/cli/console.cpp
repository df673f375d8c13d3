#include "rootfs/cli/console.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace farboot::rootfs
{

namespace
{

/// The code point at the text's beginning, and its bytes; 0 bytes if it is not UTF-8 (RFC 3629).
std::pair<char32_t, std::size_t> decode(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto first = byte(0);
    const std::size_t length = first < 0x80   ? 1
                               : first < 0xc2 ? 0
                               : first < 0xe0 ? 2
                               : first < 0xf0 ? 3
                               : first < 0xf5 ? 4
                                              : 0;
    if (length == 0 || length > text.size())
        return {0, 0};
    char32_t point = length == 1 ? first : first & (0xff >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80)
            return {0, 0};
        point = point << 6 | (byte(i) & 0x3f);
    }
    const bool too_long = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    if (too_long || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
        return {0, 0};
    return {point, length};
}

bool is_obeyed(char32_t point)
{
    return (point < 0x20 && point != '\n' && point != '\t') || (point >= 0x7f && point < 0xa0) || point == 0x61c ||
           point == 0x200e || point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069);
}

/// Each such character is replaced by what `shown` makes of it.
template <class Shown>
std::string replaced(std::string_view text, Shown shown)
{
    std::string result;
    while (!text.empty()) {
        const auto [point, length] = decode(text);
        const auto bytes = std::max<std::size_t>(length, 1);
        if (length == 0)
            result += fmt::format("<{:02X}>", static_cast<unsigned char>(text.front()));
        else if (is_obeyed(point))
            result += shown(point);
        else
            result += text.substr(0, bytes);
        text.remove_prefix(bytes);
    }
    return result;
}

} // namespace

std::string harmless(std::string_view text)
{
    return replaced(text, [](char32_t point) { return fmt::format("<U+{:04X}>", static_cast<unsigned>(point)); });
}

void say(std::string_view line)
{
    fmt::print(stdout, "{}\n", harmless(line));
}

void say_json(const nlohmann::json& json)
{
    const auto text = json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
    fmt::print(stdout, "{}\n", replaced(text, [](char32_t point) { // the same JSON
                   return fmt::format("\\u{:04x}", static_cast<unsigned>(point));
               }));
}

void note(std::string_view line)
{
    fmt::print(stderr, "{}\n", harmless(line));
}

std::string bytes_text(std::uint64_t bytes)
{
    constexpr std::array units{"B", "kB", "MB", "GB", "TB", "PB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; value >= 999.5 && unit + 1 < units.size(); ++unit)
        value /= 1000;
    if (unit == 0)
        return fmt::format("{} B", bytes);
    return fmt::format("{:.{}f} {}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0, units[unit]);
}

std::string duration_text(std::uint64_t seconds)
{
    if (seconds >= 3600)
        return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

} // namespace farboot::rootfs
