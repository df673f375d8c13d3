#pragma once

#include "rootfs/nbd/source_meter.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>

namespace farboot::rootfs
{

/// How an attempt at a source gets on. It is late once nothing has come for longer than is usual there, or once what it
/// asked for should long be there. Safe for many threads.
class Progress
{
public:
    using Clock = std::chrono::steady_clock;

    explicit Progress(const SourceMeter& usual) : usual_(usual) { start(); }

    /// The attempt begins now.
    void start();
    /// A request for so many bytes goes out now.
    void expect(std::uint64_t bytes);
    /// Some of them have come.
    void note();

    /// When the attempt is late if nothing more is told until then.
    [[nodiscard]] Clock::time_point late_at() const { return std::min(silent_until_.load(), due_.load()); }

private:
    const SourceMeter& usual_;
    std::atomic<Clock::duration> silence_{};
    std::atomic<Clock::time_point> silent_until_{};
    std::atomic<Clock::time_point> due_{};
};

} // namespace farboot::rootfs
