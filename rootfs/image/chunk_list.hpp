#pragma once

#include "rootfs/image/local_image.hpp"

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace farboot::rootfs
{

/// All chunks of an image, in memory: for what compares images or orders their chunks. 48 bytes a chunk, and as much
/// again for looking them up.
class ChunkList
{
public:
    /// Reasons: those of LocalImage::page().
    [[nodiscard]] static Result<ChunkList> load(const LocalImage& image);
    /// For images that are not in a store. Offsets are those of one behind the other.
    explicit ChunkList(std::vector<ChunkRef> chunks);

    [[nodiscard]] const std::vector<ChunkRef>& chunks() const { return chunks_; }
    /// The number of the first chunk of this content.
    [[nodiscard]] std::optional<std::size_t> find(const Digest& digest) const;
    /// The number of the chunk that holds this byte, which lies in the image.
    [[nodiscard]] std::size_t at(std::uint64_t offset) const;

private:
    std::vector<ChunkRef> chunks_;
    std::unordered_map<Digest, std::uint32_t, DigestHash> numbers_; ///< zero chunks are not in it
};

} // namespace farboot::rootfs
