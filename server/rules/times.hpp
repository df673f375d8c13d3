#pragma once

#include "server/rules/fields.hpp"
#include "server/rules/zone.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace farboot::rules
{

inline constexpr std::size_t max_windows = 50; ///< of a rule, of each sort
inline constexpr int first_year = 2000;
inline constexpr int last_year = 2099;

/// "08:00 to 18:00 on Monday and Friday". To an hour that is not later: of the next day.
struct WeeklyWindow {
    std::uint8_t days = 0;       ///< bit 0: Monday … bit 6: Sunday: when it begins
    std::chrono::minutes from{}; ///< of the day, 0 … 23:59
    std::chrono::minutes to{};   ///< 0 … 24:00; not the same as `from`
    bool operator==(const WeeklyWindow&) const = default;
};

/// From a moment on, up to another.
struct Period {
    std::chrono::local_seconds from;
    std::chrono::local_seconds to;
    bool operator==(const Period&) const = default;
};

/// When a rule holds, on the clocks of a time zone (docs/rules.md).
struct Times {
    std::string zone; ///< IANA name
    std::vector<WeeklyWindow> weekly;
    std::optional<std::chrono::local_days> first_date; ///< of days on which windows begin
    std::optional<std::chrono::local_days> last_date;  ///< the last one, too
    std::vector<Period> once;
    bool operator==(const Times&) const = default;

    [[nodiscard]] bool holds(const Zone& clock, std::chrono::sys_seconds time) const;
    /// `value`: the member "time" of a rule.
    [[nodiscard]] static Parsed<Times> parse(const nlohmann::json& value);
    [[nodiscard]] nlohmann::json to_json() const;
};

} // namespace farboot::rules
