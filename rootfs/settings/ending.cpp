#include "rootfs/settings/ending.hpp"

#include "rootfs/settings/checks.hpp"

#include <algorithm>
#include <array>

namespace farboot::settings
{

namespace
{

constexpr int longest_idle = 24 * 60; ///< minutes
constexpr std::array<std::string_view, 7> weekdays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

} // namespace

Parsed<Idle> Idle::parse(const Json& value)
{
    Members members(value, "What happens to an idle PC", R"({"log_out_minutes": 30, "power_off_minutes": 60})",
                    {"log_out_minutes", "power_off_minutes"});
    Idle idle;
    idle.log_out_minutes = members.number("log_out_minutes", 0, longest_idle, 0);
    idle.power_off_minutes = members.number("power_off_minutes", 0, longest_idle, 0);
    return members.result(idle);
}

Json Idle::to_json() const
{
    return {{"log_out_minutes", log_out_minutes}, {"power_off_minutes", power_off_minutes}};
}

Parsed<PowerOff> PowerOff::parse(const Json& value)
{
    Members members(value, "A time to switch off", R"({"days": ["mon", "fri"], "time": "22:00"})", {"days", "time"});
    PowerOff off;
    off.days = members.texts(
        "days", 7, 3, [](std::string_view text) { return std::ranges::find(weekdays, text) != weekdays.end(); },
        "mon, tue, wed, thu, fri, sat or sun");
    off.time = members.needed("time", 5, is_time, "a time such as 22:00");
    return members.result(std::move(off));
}

Json PowerOff::to_json() const
{
    return {{"days", days}, {"time", time}};
}

Parsed<Shutdown> Shutdown::parse(const Json& value)
{
    auto list = parse_list<PowerOff>(value, 20, R"(times such as {"days": ["fri"], "time": "22:00"})");
    if (!list)
        return std::unexpected(std::move(list.error()));
    return Shutdown{std::move(*list)};
}

} // namespace farboot::settings
