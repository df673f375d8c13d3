#pragma once

#include <chrono>
#include <cstdint>

namespace farboot::bench
{

using Time = std::chrono::steady_clock::time_point;
using Duration = std::chrono::nanoseconds;

/// What a wide area link does to the bytes that cross it, the same in both directions. Nothing is lost.
struct LinkShape {
    Duration round_trip{};
    double bytes_a_second = 0; ///< payload; headers are not counted
    bool slow_start = true;

    /// What Linux sends at once on a new connection: ten segments of 1448 bytes.
    static constexpr std::uint64_t first_window = 14'480;
    /// What a Linux receiver lets be in flight: the maximum of net.ipv4.tcp_rmem.
    static constexpr std::uint64_t receive_window = 6 * 1024 * 1024;
    /// Linux's smallest variance of the round trip, which its retransmission timeout is above it.
    static constexpr Duration timeout_above_round_trip = std::chrono::milliseconds(200);

    [[nodiscard]] Duration time_for(std::uint64_t bytes) const;
    /// As much of one connection is in flight at most: the bandwidth-delay product and a queue of 10 ms, at least 64
    /// KiB, before the bottleneck, or what the receiver allows.
    [[nodiscard]] std::uint64_t largest_window() const;
    /// Bytes that go over the wire without a break before it is another connection's turn: 0.1 ms, 1448 to 16384.
    [[nodiscard]] std::uint64_t quantum() const;
    [[nodiscard]] Duration retransmission_timeout() const { return round_trip + timeout_above_round_trip; }
};

} // namespace farboot::bench
