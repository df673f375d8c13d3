#include "rootfs/cli/console.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>

namespace farboot::rootfs
{

void say(std::string_view line)
{
    fmt::print(stdout, "{}\n", line);
}

void say_json(const nlohmann::json& json)
{
    fmt::print(stdout, "{}\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

void note(std::string_view line)
{
    fmt::print(stderr, "{}\n", line);
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
