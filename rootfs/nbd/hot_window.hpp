#pragma once

#include "rootfs/nbd/chunk_cache.hpp"
#include "rootfs/nbd/chunk_receiver.hpp"
#include "rootfs/nbd/hot_use.hpp"

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

namespace farboot::rootfs
{

/// The chunks of a stream that are about to come: those count as on their way, so that reads wait for them. How far it
/// reaches is what comes within a round trip and a half at the rate that is measured; fetching one of them by itself
/// would take as long. Twice that while reads follow the list's order, and over a narrow line up to two megabytes, if
/// they come in a second and a half. Of what several connections are asked for in turns, all of it.
class HotWindow
{
public:
    using Clock = std::chrono::steady_clock;

    /// At least so far, in bytes.
    static constexpr std::uint64_t usual_reach = 256 * 1024;
    static constexpr std::uint64_t short_reach = 64 * 1024; ///< where connections are many, and each is slow

    /// `expected` is what the body will bring, `use` knows what of it was read already; they outlive the window.
    /// `now` is when it is asked for.
    HotWindow(ChunkCache& cache, const HotUse& use, const std::vector<ChunkReceiver::Expected>& expected,
              Clock::time_point now, std::uint64_t least_reach = usual_reach);
    /// Whoever waits for what did not come is told.
    ~HotWindow();
    HotWindow(const HotWindow&) = delete;
    HotWindow& operator=(const HotWindow&) = delete;

    /// So many more bytes of the body are about to be looked at.
    void advance(std::uint64_t bytes, Clock::time_point now);

    /// True if nobody else has, or fetches, the chunk.
    [[nodiscard]] bool wanted(std::size_t index);
    /// A wanted chunk has come: the flight that it lands with.
    [[nodiscard]] FlightPointer take(std::size_t index) { return std::exchange(flights_[index], nullptr); }

    /// The first row of those that do not count as on their way.
    [[nodiscard]] std::size_t end() const { return flights_.size(); }
    /// Bytes beyond what has come.
    [[nodiscard]] std::uint64_t reach() const { return reach_; }

private:
    void measure(Clock::time_point now);
    void take_off();

    ChunkCache& cache_;
    const HotUse& use_;
    const std::vector<ChunkReceiver::Expected>& expected_;
    std::vector<FlightPointer> flights_; ///< null: somebody else has it
    std::size_t landed_ = 0;             ///< all flights before it are over
    std::uint64_t received_ = 0;         ///< bytes of the body
    std::uint64_t least_reach_;
    std::uint64_t reach_;

    Clock::time_point begun_;
    std::chrono::duration<double> round_trip_{};
    Clock::time_point measured_at_ = begun_;
    std::uint64_t measured_bytes_ = 0;
    Clock::time_point told_progress_ = begun_;
};

} // namespace farboot::rootfs
