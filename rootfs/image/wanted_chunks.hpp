#pragma once

#include "rootfs/image/local_image.hpp"
#include "rootfs/image/pack_index.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

namespace farboot::rootfs
{

/// Some chunks of an image, each once, by the number of the pack (of the image's locator) that they lie in, in order.
using WantedChunks = std::map<std::uint32_t, std::vector<PackIndex::Row>>;

/// Gets a chunk's number in the image: is it wanted? Is asked once for each content, never for zeros.
using IsWanted = std::function<Result<bool>(std::uint64_t number, const ChunkRef& chunk, const ChunkPlace& place)>;

/// Reasons: those of LocalImage::page(), and what `is_wanted` gives.
[[nodiscard]] Result<WantedChunks> find_chunks(const LocalImage& image, const IsWanted& is_wanted);

/// Are these, in order, all the chunks of the pack?
[[nodiscard]] bool is_whole_pack(const PackRef& pack, const std::vector<PackIndex::Row>& rows);

} // namespace farboot::rootfs
