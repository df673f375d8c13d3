#pragma once

#include "tests/bench/link/congestion_window.hpp"

namespace farboot::bench
{

/// One direction of a connection on the link, in numbers of bytes since its start; the bytes themselves lie elsewhere.
///
///     sender ── arrived ── sent ── delivered ── taken ──> receiver      (each at most the one before)
class Flow
{
public:
    /// Nothing is sent before `opens`: the handshake takes a while.
    Flow(const LinkShape& shape, Time opens) : largest_(shape.largest_window()), window_(shape), ready_(opens) {}

    void arrive(std::uint64_t bytes, Time now);
    /// Some of what can be sent, at most `most`, leaves. Returns how much.
    [[nodiscard]] std::uint64_t send(std::uint64_t most, Time now);
    void deliver(std::uint64_t bytes) { delivered_ += bytes; }
    void acknowledge(std::uint64_t bytes, Time now);
    /// The receiver has taken delivered bytes: a receiver that does not makes the sender wait.
    void take(std::uint64_t bytes, Time now);

    /// What congestion window and receiver let leave now.
    [[nodiscard]] std::uint64_t sendable() const;
    /// Since when that has been more than 0.
    [[nodiscard]] Time ready() const { return ready_; }
    [[nodiscard]] std::uint64_t unsent() const { return arrived_ - sent_; }
    [[nodiscard]] std::uint64_t waiting() const { return delivered_ - taken_; } ///< for the receiver to take it
    [[nodiscard]] std::uint64_t held() const { return arrived_ - taken_; }
    [[nodiscard]] std::uint64_t arrived() const { return arrived_; }
    [[nodiscard]] std::uint64_t restarts() const { return window_.restarts(); }

private:
    template <class Change>
    void change(Time now, const Change& change);

    std::uint64_t largest_;
    CongestionWindow window_;
    Time ready_;
    std::uint64_t arrived_ = 0;
    std::uint64_t sent_ = 0;
    std::uint64_t delivered_ = 0;
    std::uint64_t taken_ = 0;
    std::uint64_t acknowledged_ = 0;
};

} // namespace farboot::bench
