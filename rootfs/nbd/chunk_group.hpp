#pragma once

#include "rootfs/image/chunk.hpp"
#include "rootfs/image/format.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace farboot::rootfs
{

/// Chunks that one range request brings.
struct ChunkGroup {
    std::uint32_t pack = 0;          ///< number in the locator's pack table
    FileRange range;                 ///< of the pack
    std::vector<std::size_t> chunks; ///< indices of the page, in the order in which they come
};

/// Takes from `wanted` (indices of the page and of `places`, growing) the longest run from the first one on that lies
/// in one pack in the same order, with small gaps, within `limit` bytes. The first is always taken; `wanted` is not
/// empty.
[[nodiscard]] ChunkGroup first_group(std::span<const ChunkPlace> places, std::span<const std::size_t> wanted,
                                     std::uint64_t limit);

} // namespace farboot::rootfs
