#include "tests/bench/link/flow.hpp"

#include <algorithm>

namespace farboot::bench
{

/// Does something that may make bytes sendable.
template <class Change>
void Flow::change(Time now, const Change& change)
{
    const auto before = sendable();
    change();
    if (before == 0 && sendable() > 0)
        ready_ = std::max(ready_, now);
}

void Flow::arrive(std::uint64_t bytes, Time now)
{
    change(now, [&] { arrived_ += bytes; });
}

void Flow::acknowledge(std::uint64_t bytes, Time now)
{
    change(now, [&] {
        acknowledged_ += bytes;
        window_.acknowledged(bytes);
    });
}

void Flow::take(std::uint64_t bytes, Time now)
{
    change(now, [&] { taken_ += bytes; });
}

std::uint64_t Flow::sendable() const
{
    const auto left = [](std::uint64_t window, std::uint64_t used) { return window - std::min(window, used); };
    return std::min({left(window_.bytes(), sent_ - acknowledged_), left(largest_, sent_ - taken_), unsent()});
}

std::uint64_t Flow::send(std::uint64_t most, Time now)
{
    if (sent_ == acknowledged_)
        window_.wake(now);
    const auto bytes = std::min(most, sendable());
    sent_ += bytes;
    window_.sent(now, bytes, sent_ - acknowledged_);
    return bytes;
}

} // namespace farboot::bench
