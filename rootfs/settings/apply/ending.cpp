#include "rootfs/settings/apply/apply.hpp"

#include <algorithm>
#include <array>

namespace farboot::settings
{

namespace
{

constexpr int warning = 10; ///< minutes before a PC is switched off that people are told
constexpr int day = 24 * 60;
constexpr std::array<std::string_view, 7> weekdays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

constexpr std::string_view service = R"([Unit]
Description=Switches the PC off in some minutes, by Farboot's settings

[Service]
Type=oneshot
ExecStart=/sbin/shutdown -P +{} "This PC is switched off soon. / Dieser PC wird gleich ausgeschaltet."
)";

std::string minutes_or(int minutes, const char* never)
{
    return minutes == 0 ? std::string(never) : fmt::format("{}min", minutes);
}

/// "Mon,Fri 21:50": systemd.time(7), so long before.
std::string calendar_of(const PowerOff& off)
{
    const int at = std::stoi(off.time.substr(0, 2)) * 60 + std::stoi(off.time.substr(3)) - warning;
    std::string days;
    for (const auto& name : off.days) {
        const auto number = static_cast<std::size_t>(std::ranges::find(weekdays, name) - weekdays.begin());
        const auto shifted = at < 0 ? (number + weekdays.size() - 1) % weekdays.size() : number;
        days += (days.empty() ? "" : ",") + std::string(weekdays.at(shifted));
    }
    const int minute = (at + day) % day;
    return fmt::format("{}{}*-*-* {:02}:{:02}:00", days, days.empty() ? "" : " ", minute / 60, minute % 60);
}

} // namespace

Result<void> apply(const Idle& idle, Machine& machine)
{
    return machine.write("/run/systemd/logind.conf.d/50-farboot.conf",
                         fmt::format("[Login]\nStopIdleSessionSec={}\nIdleAction={}\nIdleActionSec={}\n",
                                     minutes_or(idle.log_out_minutes, "infinity"),
                                     idle.power_off_minutes == 0 ? "ignore" : "poweroff",
                                     minutes_or(idle.power_off_minutes, "30min")));
}

Result<void> apply(const Shutdown& shutdown, Machine& machine)
{
    if (shutdown.list.empty())
        return {};
    std::string timer = "[Unit]\nDescription=When the PC is switched off, by Farboot's settings\n\n[Timer]\n"
                        "AccuracySec=10s\n";
    for (const auto& off : shutdown.list)
        timer += "OnCalendar=" + calendar_of(off) + "\n";
    if (auto written = machine.write_unit("farboot-shutdown.service", fmt::format(service, warning), false); !written)
        return written;
    return machine.write_unit("farboot-shutdown.timer", timer, true);
}

} // namespace farboot::settings
