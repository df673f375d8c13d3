#pragma once

#include "rootfs/nbd/counters.hpp"
#include "rootfs/nbd/line_rate.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>

namespace farboot::rootfs
{

/// What a source usually takes, measured on the requests that somebody waited for, and what it has brought. Safe for
/// many threads.
class SourceMeter
{
public:
    using Duration = std::chrono::steady_clock::duration;

    ReceivedBytes received;
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> beaten{0};  ///< times that a source asked later was first
    std::atomic<bool> speaks_http2{false}; ///< where it may: by its latest answer

    /// From a request to the first bytes of its answer's body; new connections are part of it.
    void note_latency(Duration time);
    /// So many bytes of one answer took so long.
    void note_rate(std::uint64_t bytes, Duration time);

    /// So many bytes of any answer have just come.
    void note_received(std::uint64_t bytes);

    [[nodiscard]] std::optional<std::chrono::milliseconds> latency() const; ///< on average
    /// The least of the latest answers: about a round trip, whatever the source's load.
    [[nodiscard]] std::optional<Duration> least_latency() const;
    [[nodiscard]] std::optional<std::uint64_t> rate() const; ///< bytes a second of one request

    struct Line {
        double burst = 0;     ///< bytes a second; 0: nothing has come
        double sustained = 0; ///< the same
    };
    /// See LineRate.
    [[nodiscard]] Line line() const;

    /// Silence for so long is not usual here.
    [[nodiscard]] Duration unusual_silence() const;
    /// So many bytes taking so long are not usual here.
    [[nodiscard]] Duration unusual_time_for(std::uint64_t bytes) const;

private:
    mutable std::mutex mutex_;
    std::optional<double> latency_; ///< seconds
    std::uint64_t answers_ = 0;
    std::optional<double> least_now_;    ///< in this period, seconds
    std::optional<double> least_before_; ///< in the one before
    std::optional<double> rate_;
    LineRate line_;
};

} // namespace farboot::rootfs
