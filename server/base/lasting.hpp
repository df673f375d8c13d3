#pragma once

#include <chrono>

namespace farboot::server
{

/// How far the clocks of several servers of one catalog may be apart.
inline constexpr std::chrono::minutes clock_slack{5};

/// The latest end that something which lasts for `life` can have now. What ends later was made while the clock was
/// ahead: it is over, or it would hold for as long as the clock was wrong.
inline std::chrono::sys_seconds latest_end(std::chrono::sys_seconds now, std::chrono::seconds life)
{
    return now + life + clock_slack;
}

} // namespace farboot::server
