#include "tests/bench/replay/player.hpp"

#include <fmt/format.h>

#include <cstring>
#include <stdexcept>
#include <thread>

namespace farboot::bench
{

Played play(const Trace& trace, Disk& disk, Disk* reference)
{
    Played played;
    std::vector<std::byte> bytes;
    std::vector<std::byte> expected;
    double pauses = 0;
    Stopwatch pause;
    for (const auto& read : trace.reads) {
        // What a pause was too long, as sleeping is, the next ones are shorter.
        pauses += read.pause;
        if (const auto left = pauses - played.pause_seconds - pause.seconds(); left > 0)
            std::this_thread::sleep_for(std::chrono::duration<double>(left));
        played.pause_seconds += pause.seconds();

        bytes.resize(read.length);
        const Stopwatch reading;
        disk.read(read.offset, bytes);
        const auto seconds = reading.seconds();
        played.read_seconds += seconds;
        played.slowest_read_seconds = std::max(played.slowest_read_seconds, seconds);
        played.bytes += read.length;

        pause = Stopwatch();
        if (reference == nullptr)
            continue;
        expected.resize(read.length);
        reference->read(read.offset, expected);
        if (std::memcmp(bytes.data(), expected.data(), bytes.size()) != 0)
            throw std::runtime_error(fmt::format("The {} bytes at {} are wrong.", read.length, read.offset));
    }
    return played;
}

} // namespace farboot::bench
