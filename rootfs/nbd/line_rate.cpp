#include "rootfs/nbd/line_rate.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace farboot::rootfs
{

namespace
{
using Seconds = std::chrono::duration<double>;
constexpr Seconds half_life{30};
} // namespace

void LineRate::note(std::uint64_t bytes, Clock::time_point now)
{
    burst_.note(bytes, now);
    sustained_.note(bytes, now);
}

void LineRate::Window::note(std::uint64_t bytes, Clock::time_point now)
{
    const auto slot = static_cast<std::int64_t>(now.time_since_epoch() / slot_);
    const auto steps = std::clamp<std::int64_t>(slot - newest_, 0, slots);
    for (std::int64_t i = 1; i <= steps; ++i)
        bytes_[static_cast<std::size_t>((slot - steps + i) % slots)] = 0;
    newest_ = std::max(newest_, slot);
    bytes_[static_cast<std::size_t>(newest_ % slots)] += bytes;
    const auto rate = static_cast<double>(std::accumulate(bytes_.begin(), bytes_.end(), std::uint64_t{0})) /
                      Seconds(slot_ * slots).count();
    if (rate >= best(now)) {
        best_ = rate;
        best_at_ = now;
    }
}

double LineRate::Window::best(Clock::time_point now) const
{
    return best_ * std::exp2(-std::max(Seconds(now - best_at_).count(), 0.0) / half_life.count());
}

} // namespace farboot::rootfs
