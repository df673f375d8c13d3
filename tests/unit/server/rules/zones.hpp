#pragma once

#include "server/rules/times.hpp"
#include "server/rules/why.hpp"

#include <stdexcept>
#include <string_view>

namespace farboot::test
{

inline std::chrono::sys_seconds utc(std::string_view text)
{
    const auto time = rules::parse_time(text);
    if (!time)
        throw std::invalid_argument(std::string(text));
    return *time;
}

/// Europe/Berlin in 2026, and the winter of 2025 before it.
inline rules::Zone berlin()
{
    using std::chrono::hours;
    return rules::Zone(hours(1), {{utc("2025-03-30T01:00:00Z"), hours(2)},
                                  {utc("2025-10-26T01:00:00Z"), hours(1)},
                                  {utc("2026-03-29T01:00:00Z"), hours(2)},
                                  {utc("2026-10-25T01:00:00Z"), hours(1)}});
}

/// A zone whose clocks are put forward and back at midnight, as Cuba's are.
inline rules::Zone havana()
{
    using std::chrono::hours;
    return rules::Zone(-hours(5), {{utc("2026-03-08T05:00:00Z"), -hours(4)}, {utc("2026-11-01T05:00:00Z"), -hours(5)}});
}

} // namespace farboot::test
