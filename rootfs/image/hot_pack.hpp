#pragma once

#include "rootfs/image/profile.hpp"
#include "rootfs/image/store_writer.hpp"

#include <cstdint>
#include <string>

namespace farboot::rootfs
{

/// A hot pack is no larger, whatever a profile holds.
inline constexpr std::uint64_t default_hot_pack_bytes = 128 * 1024 * 1024;

/// A hot pack in memory, and the list that a locator has of it.
struct HotPack {
    HotList list;
    std::string file;       ///< all its bytes
    std::size_t left_out{}; ///< chunks of the profile that had no room
};

/// Puts an image's chunks into a hot pack in the order of the profile, each page of the manifest before the first chunk
/// that it describes. Ends when `limit` bytes are full. An empty profile gives an empty list. Reasons: those of
/// LocalImage.
[[nodiscard]] Result<HotPack> make_hot_pack(const LocalImage& image, const Profile& profile,
                                            std::uint64_t limit = default_hot_pack_bytes);

/// Writes a hot pack, then the image's locator with its list instead of the one it had; an empty one takes the list
/// away. Reasons: not-found, locator-malformed, io.
[[nodiscard]] Result<void> set_hot_pack(StoreWriter& writer, const LocalImage& image, const HotPack& pack);

} // namespace farboot::rootfs
