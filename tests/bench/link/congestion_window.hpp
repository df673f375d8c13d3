#pragma once

#include "tests/bench/link/shape.hpp"

namespace farboot::bench
{

/// How many bytes a TCP sender may have in flight, as Linux decides it where nothing is lost: slow start doubles it
/// each round trip in which it was the limit, and after an idle time of more than a retransmission timeout it starts
/// small again (net.ipv4.tcp_slow_start_after_idle).
class CongestionWindow
{
public:
    explicit CongestionWindow(const LinkShape& shape);

    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    /// Times that an idle connection had to start small again.
    [[nodiscard]] std::uint64_t restarts() const { return restarts_; }

    /// Something is about to be sent; nothing is in flight.
    void wake(Time now);
    /// `in_flight` includes what has just been sent.
    void sent(Time now, std::uint64_t bytes, std::uint64_t in_flight);
    void acknowledged(std::uint64_t bytes);

private:
    std::uint64_t largest_;
    Duration timeout_;
    std::uint64_t bytes_;
    std::uint64_t restarts_ = 0;
    Time last_sent_{};
    // The most that was in flight in this round trip: a window that is not used does not grow.
    std::uint64_t most_in_flight_ = 0;
    std::uint64_t sent_ = 0;         ///< since the start
    std::uint64_t acknowledged_ = 0; ///< the same
    std::uint64_t round_ends_ = 0;   ///< when so many are acknowledged
};

} // namespace farboot::bench
