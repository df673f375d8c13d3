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

    explicit Chunker(Chunking chunking) : chunking_(chunking) {}
    /// The next piece at the start of `window`, which is not empty.
    [[nodiscard]] Piece next(Bytes window);

private:
    [[nodiscard]] Piece next_by_content(Bytes window);

    Chunking chunking_;
    bool in_zero_run_ = false;
};

} // namespace farboot::rootfs
