#pragma once

#include "rootfs/image/format.hpp"

#include <cstddef>
#include <vector>

namespace farboot::rootfs
{

enum class Chunking {
    content, ///< file systems: a change renews only the chunks around it, wherever the rest has moved
    fixed,   ///< disks of virtual machines, which change in place: 64 KiB each
};

/// Cuts an image into chunks. The cuts depend on the image's bytes alone, not on how they come in.
class Chunker
{
public:
    struct Piece {
        std::size_t length = 0;
        bool zero = false; ///< all bytes are zero; the next piece may continue the run
    };

    /// next() needs so many bytes ahead, unless the image ends before.
    static constexpr std::size_t lookahead = 2 * max_chunk_bytes;

    static constexpr std::size_t usual_bytes = 64 * 1024;

    /// `bytes`, a power of two from 32 to 128 KiB, is how long a fixed chunk is, and one that is cut by content on the
    /// average. Images that are cut with another length share no chunk: publishers use the usual one, measurements
    /// others.
    explicit Chunker(Chunking chunking, std::size_t bytes = usual_bytes) : chunking_(chunking), bytes_(bytes) {}
    /// The next piece at the start of `window`, which is not empty.
    [[nodiscard]] Piece next(Bytes window);

private:
    [[nodiscard]] Piece next_by_content(Bytes window);

    Chunking chunking_;
    std::size_t bytes_;
    bool in_zero_run_ = false;
};

} // namespace farboot::rootfs
