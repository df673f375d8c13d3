#pragma once

#include "rootfs/image/trace.hpp"
#include "tests/bench/replay/disk.hpp"

#include <chrono>

namespace farboot::bench
{

class Stopwatch
{
public:
    [[nodiscard]] double seconds() const
    {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

struct Played {
    std::vector<double> reads; ///< seconds that each one took
    double pause_seconds = 0;
    std::uint64_t bytes = 0;
};

/// One read after the other, each after its pause times `scale`. With `reference`, throws std::runtime_error when a
/// byte differs from it; comparing happens in the pauses.
[[nodiscard]] Played play(const rootfs::Trace& trace, double scale, Disk& disk, Disk* reference);

} // namespace farboot::bench
