#pragma once

#include <atomic>
#include <cstdint>

namespace farboot::rootfs
{

/// Why bytes were fetched.
enum class Cause {
    demand,     ///< somebody waits for them, or they came along with what somebody waits for
    read_ahead, ///< somebody is likely to want them next
    hot,        ///< the image's hot list says that they will be wanted
    fill,       ///< the image is pinned: all of it goes onto the local disk
    meta,       ///< manifest and locator
};

/// Bodies received from the network, in bytes. Written and read by many threads.
struct ReceivedBytes {
    std::atomic<std::uint64_t> demand_bytes{0};
    std::atomic<std::uint64_t> read_ahead_bytes{0};
    std::atomic<std::uint64_t> hot_bytes{0};
    std::atomic<std::uint64_t> fill_bytes{0};
    std::atomic<std::uint64_t> meta_bytes{0};

    [[nodiscard]] std::uint64_t all() const
    {
        return demand_bytes + read_ahead_bytes + hot_bytes + fill_bytes + meta_bytes;
    }
    void add_bytes(Cause cause, std::uint64_t bytes)
    {
        switch (cause) {
        case Cause::demand:
            demand_bytes += bytes;
            break;
        case Cause::read_ahead:
            read_ahead_bytes += bytes;
            break;
        case Cause::hot:
            hot_bytes += bytes;
            break;
        case Cause::fill:
            fill_bytes += bytes;
            break;
        case Cause::meta:
            meta_bytes += bytes;
            break;
        }
    }
    [[nodiscard]] std::uint64_t fetched_bytes() const
    {
        return demand_bytes + read_ahead_bytes + hot_bytes + fill_bytes + meta_bytes;
    }
};

/// What an image's reader has done since it was opened. Written and read by many threads.
struct Counters : ReceivedBytes {
    std::atomic<std::uint64_t> requests{0};        ///< sent to a source
    std::atomic<std::uint64_t> hedged{0};          ///< times that another source was asked because one was late
    std::atomic<std::uint64_t> cache_hits{0};      ///< chunks asked for that lay in memory
    std::atomic<std::uint64_t> cache_misses{0};    ///< chunks asked for that had to come, or were already coming
    std::atomic<std::uint64_t> disk_hits{0};       ///< of the misses: chunks that lay on the local disk
    std::atomic<std::uint64_t> waits{0};           ///< times that no source could help and the reader waited
    std::atomic<std::uint64_t> verify_failures{0}; ///< answers that were not what their digest says
    std::atomic<std::uint64_t> landed_bytes{
        0}; ///< plain bytes of chunks that came by requests for a few each; half of those of the hot list
    std::atomic<std::uint64_t> used_bytes{0};   ///< plain bytes of the fetched chunks that a client has read from
    std::atomic<std::uint64_t> served_bytes{0}; ///< handed to the client
};

} // namespace farboot::rootfs
