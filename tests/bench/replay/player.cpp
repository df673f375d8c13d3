#include "tests/bench/replay/player.hpp"

#include <fmt/format.h>

#include <cstring>
#include <stdexcept>
#include <thread>

namespace farboot::bench
{

Played play(const rootfs::Trace& trace, double scale, Disk& disk, Disk* reference)
{
    Played played;
    std::vector<std::byte> bytes;
    std::vector<std::byte> expected;
    Stopwatch pause;
    for (const auto& [time, range] : trace.reads) {
        // What a pause was too long, as sleeping is, the next ones are shorter.
        const auto pauses = std::chrono::duration<double>(time).count() * scale;
        if (const auto left = pauses - played.pause_seconds - pause.seconds(); left > 0)
            std::this_thread::sleep_for(std::chrono::duration<double>(left));
        played.pause_seconds += pause.seconds();

        bytes.resize(range.length);
        const Stopwatch reading;
        disk.read(range.offset, bytes);
        played.reads.push_back(reading.seconds());
        played.bytes += range.length;

        pause = Stopwatch();
        if (reference == nullptr)
            continue;
        expected.resize(range.length);
        reference->read(range.offset, expected);
        if (std::memcmp(bytes.data(), expected.data(), bytes.size()) != 0)
            throw std::runtime_error(fmt::format("The {} bytes at {} are wrong.", range.length, range.offset));
    }
    return played;
}

} // namespace farboot::bench
