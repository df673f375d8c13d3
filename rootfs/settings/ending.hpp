#pragma once

#include "rootfs/settings/fields.hpp"

/// When sessions and PCs end by themselves.
namespace farboot::settings
{

/// {"log_out_minutes": 30, "power_off_minutes": 60}: after so long without anybody at it; 0 or missing: never.
struct Idle {
    static constexpr const char* name = "idle";
    int log_out_minutes = 0;
    int power_off_minutes = 0;
    bool operator==(const Idle&) const = default;
    [[nodiscard]] static Parsed<Idle> parse(const Json& value);
    [[nodiscard]] Json to_json() const;
};

/// {"days": ["mon", "fri"], "time": "22:00"}: in the PC's time zone; no days: every day.
struct PowerOff {
    std::vector<std::string> days;
    std::string time;
    bool operator==(const PowerOff&) const = default;
    [[nodiscard]] static Parsed<PowerOff> parse(const Json& value);
    [[nodiscard]] Json to_json() const;
};

/// When the PC is switched off, whoever sits at it; he is told some minutes before.
struct Shutdown {
    static constexpr const char* name = "shutdown";
    std::vector<PowerOff> list;
    bool operator==(const Shutdown&) const = default;
    [[nodiscard]] static Parsed<Shutdown> parse(const Json& value);
    [[nodiscard]] Json to_json() const { return list_json(list); }
};

} // namespace farboot::settings
