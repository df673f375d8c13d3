#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>

namespace farboot::rootfs
{

/// What the trees of one image may take altogether of memory and of time, so that no damaged or crafted one takes all.
struct TreeBudget {
    /// Files and folders of ext4; of a squashfs libsquashfs reads all at once. A desktop has some 300,000; each takes
    /// half a kilobyte of memory.
    std::size_t nodes = 1'000'000;
    std::size_t path_bytes = 256UL * 1024 * 1024; ///< of their paths, and of links' targets
    std::uint64_t read_bytes = 2UL * 1024 * 1024 * 1024;
    std::uint64_t blocks = 16UL * 1024 * 1024; ///< whose places are looked up
    std::stop_token stop{};                    ///< nothing more is read
};

} // namespace farboot::rootfs
