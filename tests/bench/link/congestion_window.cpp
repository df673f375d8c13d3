#include "tests/bench/link/congestion_window.hpp"

#include <algorithm>

namespace farboot::bench
{

CongestionWindow::CongestionWindow(const LinkShape& shape)
    : largest_(shape.largest_window()),
      timeout_(shape.retransmission_timeout()),
      bytes_(shape.slow_start ? std::min(LinkShape::first_window, largest_) : largest_)
{
    if (!shape.slow_start)
        timeout_ = Duration::max();
}

void CongestionWindow::wake(Time now)
{
    if (sent_ == 0)
        return;
    const auto before = bytes_;
    for (auto idle = now - last_sent_; idle > timeout_ && bytes_ > LinkShape::first_window; idle -= timeout_)
        bytes_ = std::max(bytes_ / 2, LinkShape::first_window);
    restarts_ += bytes_ < before ? 1 : 0;
}

void CongestionWindow::sent(Time now, std::uint64_t bytes, std::uint64_t in_flight)
{
    last_sent_ = now;
    sent_ += bytes;
    if (acknowledged_ >= round_ends_ || in_flight > most_in_flight_) {
        most_in_flight_ = in_flight;
        round_ends_ = sent_;
    }
}

void CongestionWindow::acknowledged(std::uint64_t bytes)
{
    acknowledged_ += bytes;
    if (bytes_ < 2 * most_in_flight_)
        bytes_ = std::min(bytes_ + bytes, largest_);
}

} // namespace farboot::bench
