#pragma once

#include "rootfs/image/trace.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <unordered_set>
#include <vector>

namespace farboot::rootfs
{

/// Keeps the trace of an image while it is read: a few bytes for each read that meets something new, up to
/// Trace::most_reads. Safe for many threads.
class TraceRecorder
{
public:
    /// Of the image, in growing order: what a read touches.
    using ChunkNumber = std::uint64_t;

    /// A read, as long as it lives: the client's clock stands still until every one has ended.
    class Reading
    {
    public:
        explicit Reading(TraceRecorder& trace) : trace_(trace) { trace_.begin(); }
        ~Reading() { trace_.end(); }
        Reading(const Reading&) = delete;
        Reading& operator=(const Reading&) = delete;

    private:
        TraceRecorder& trace_;
    };
    /// During a read: its part of this range touches these chunks. Gives those that no read has touched
    /// before; nothing any more once the trace is full.
    [[nodiscard]] std::vector<ChunkNumber> note(FileRange range, const std::vector<ChunkNumber>& chunks);

    [[nodiscard]] std::vector<Trace::Read> reads() const;
    /// How many these are.
    [[nodiscard]] std::size_t count() const;
    /// Reads that are being answered.
    [[nodiscard]] std::size_t active() const;
    /// On the client's clock: when the latest read began.
    [[nodiscard]] std::chrono::microseconds client_time() const;

private:
    using Clock = std::chrono::steady_clock;

    void begin();
    void end();

    mutable std::mutex mutex_;
    std::size_t active_ = 0;                         ///< reads
    Clock::time_point running_since_ = Clock::now(); ///< the client's clock, while nothing is active
    std::chrono::microseconds time_{};               ///< on the client's clock when it last stopped
    std::unordered_set<ChunkNumber> touched_;
    std::vector<Trace::Read> reads_;
};

} // namespace farboot::rootfs
