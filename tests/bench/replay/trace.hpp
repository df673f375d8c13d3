#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace farboot::bench
{

/// The reads of a disk by one starting PC, as docs/benchmarks.md describes the file.
struct Trace {
    struct Read {
        double pause = 0; ///< seconds between the end of the read before and this one's start
        std::uint64_t offset = 0;
        std::uint32_t length = 0;
    };
    std::uint64_t image_bytes = 0;
    std::vector<Read> reads;

    /// Throws std::runtime_error with a sentence.
    static Trace load(const std::string& file);
};

} // namespace farboot::bench
