#pragma once

#include "tests/bench/replay/disk.hpp"
#include "tests/bench/replay/trace.hpp"

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
    double read_seconds = 0;
    double pause_seconds = 0;
    double slowest_read_seconds = 0;
    std::uint64_t bytes = 0;
};

/// One read after the other, each after its pause. With `reference`, throws std::runtime_error when a byte differs from
/// it; comparing happens in the pauses.
[[nodiscard]] Played play(const Trace& trace, Disk& disk, Disk* reference);

} // namespace farboot::bench
