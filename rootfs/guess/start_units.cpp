#include "rootfs/guess/start_units.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace farboot::rootfs
{

namespace
{

/// What sysvinit had runlevels for, and what systemd calls it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> runlevels{{{"emergency", "emergency.target"},
                                                                                   {"-b", "emergency.target"},
                                                                                   {"rescue", "rescue.target"},
                                                                                   {"single", "rescue.target"},
                                                                                   {"-s", "rescue.target"},
                                                                                   {"s", "rescue.target"},
                                                                                   {"S", "rescue.target"},
                                                                                   {"1", "rescue.target"},
                                                                                   {"2", "multi-user.target"},
                                                                                   {"3", "multi-user.target"},
                                                                                   {"4", "multi-user.target"},
                                                                                   {"5", "graphical.target"}}};

/// Split at spaces, without the quotes that keep some of them.
std::vector<std::string> words_of(std::string_view cmdline)
{
    std::vector<std::string> words;
    auto between = true;
    auto quote = '\0';
    for (const auto letter : cmdline) {
        if (quote == '\0' && std::string_view(" \t\n").contains(letter)) {
            between = true;
            continue;
        }
        if (std::exchange(between, false))
            words.emplace_back();
        if (letter == quote)
            quote = '\0';
        else if (quote == '\0' && (letter == '"' || letter == '\''))
            quote = letter;
        else
            words.back() += letter;
    }
    return words;
}

/// systemd takes dashes and underscores in such names for the same.
bool is_key(std::string key, std::string_view name)
{
    std::ranges::replace(key, '-', '_');
    return key == name;
}

/// A name without a type is a service's.
std::string unit_of(std::string value)
{
    return value.contains('.') ? value : value + ".service";
}

} // namespace

StartUnits StartUnits::of(std::string_view cmdline)
{
    StartUnits units;
    for (const auto& word : words_of(cmdline)) {
        const auto level = std::ranges::find(runlevels, word, [](const auto& entry) { return entry.first; });
        if (level != runlevels.end())
            units.target = level->second; // the last one counts
        const auto sign = word.find('=');
        if (sign == word.npos || sign + 1 == word.size() || word.find('/', sign) != word.npos)
            continue;
        const auto key = word.substr(0, sign);
        const auto value = word.substr(sign + 1);
        if (is_key(key, "systemd.unit") && value.contains('.'))
            units.target = value;
        else if (is_key(key, "systemd.wants"))
            units.wanted.push_back(unit_of(value));
        else if (is_key(key, "systemd.mask"))
            units.masked.push_back(unit_of(value));
    }
    return units;
}

} // namespace farboot::rootfs
