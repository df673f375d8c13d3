#pragma once

#include "rootfs/image/local_image.hpp"
#include "rootfs/image/pack_use.hpp"

#include <set>
#include <stop_token>
#include <unordered_map>

namespace farboot::rootfs
{

/// What the images of a store need of it, by their locators as they are on the disk. Takes some 200 bytes of memory a
/// pack, up to 700 where many images share it, and 16 to 32 for each gap between the chunks of it that are needed,
/// however many images share them.
struct StoreNeeds {
    std::unordered_map<Digest, PackUse, DigestHash> packs;
    std::set<Digest> hot_packs;
    std::set<Digest> images; ///< that have a locator, and were not removed
};

/// Reads the manifests and locators of all images that were not removed, no pack. An image that cannot be read, or one
/// of whose packs is missing, is an error: it is not known what it needs, as its locator may be what is wrong. Reasons:
/// image-unreadable, retired-malformed, cancelled.
[[nodiscard]] Result<StoreNeeds> find_needs(const Store& store, const std::stop_token& stop);

} // namespace farboot::rootfs
