#pragma once

#include <chrono>
#include <optional>

namespace farboot::server
{

/// Notices when the system's clock is set while the program runs, by the clock that nobody can set.
class ClockWatch
{
public:
    using Steady = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::seconds least{30}; ///< less is no jump

    /// How far the clock has been put forward (or, negative, back) since the last look; 0: not, or by less than
    /// `least`.
    std::chrono::seconds look(std::chrono::sys_seconds now, Steady steady)
    {
        const auto offset =
            now.time_since_epoch() - std::chrono::floor<std::chrono::seconds>(steady.time_since_epoch());
        const auto by = offset_ ? offset - *offset_ : std::chrono::seconds(0);
        if (offset_ && by < least && by > -least)
            return std::chrono::seconds(0);
        offset_ = offset;
        return by;
    }

private:
    std::optional<std::chrono::seconds> offset_;
};

} // namespace farboot::server
