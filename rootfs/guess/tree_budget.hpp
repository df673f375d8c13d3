#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>

namespace farboot::rootfs
{

/// What the trees of one image may take altogether of memory and of time, so that no damaged or crafted one takes all.
struct TreeBudget {
    /// As Linux; a folder that lies deeper is not looked into.
    static constexpr std::size_t longest_path = 4096;

    /// Files and folders. A desktop has some 300,000; each takes half a kilobyte of memory.
    std::size_t nodes = 1'000'000;
    std::size_t path_bytes = 256UL * 1024 * 1024; ///< of their paths, links' targets, and a squashfs's lists of blocks
    std::uint64_t read_bytes = 2UL * 1024 * 1024 * 1024;
    std::uint64_t blocks = 16UL * 1024 * 1024; ///< whose places are looked up
    std::stop_token stop{};                    ///< nothing more is read

    /// For one more file or folder, with so many of `path_bytes`. False if it is one too many.
    [[nodiscard]] bool take_node(std::size_t text)
    {
        if (nodes == 0 || path_bytes < text)
            return false;
        --nodes;
        path_bytes -= text;
        return true;
    }
};

} // namespace farboot::rootfs
