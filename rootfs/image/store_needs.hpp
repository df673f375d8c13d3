#pragma once

#include "rootfs/image/local_image.hpp"

#include <compare>
#include <cstdint>
#include <set>
#include <stop_token>
#include <unordered_map>
#include <vector>

namespace farboot::rootfs
{

/// The chunks of one pack that locators lead to.
class PackUse
{
public:
    struct Place {
        std::uint64_t offset = 0;
        std::uint32_t stored_length = 0;
        auto operator<=>(const Place&) const = default;
    };

    explicit PackUse(std::uint64_t pack_bytes) : pack_bytes_(pack_bytes) {}
    void add(const Place& place);
    /// Each place once, by offset.
    [[nodiscard]] const std::vector<Place>& places() const;
    /// Size of the file.
    [[nodiscard]] std::uint64_t pack_bytes() const { return pack_bytes_; }
    /// Of the pack's bytes, those of its chunks with their rows in its index.
    [[nodiscard]] std::uint64_t live_bytes() const;

private:
    void sort() const;

    std::uint64_t pack_bytes_;
    mutable std::vector<Place> places_; ///< the first `sorted_` are in order, each once
    mutable std::size_t sorted_ = 0;
};

/// What the images of a store need of it, by their locators as they are on the disk. Takes 16 to 32 bytes of memory a
/// chunk, however many images share it.
struct StoreNeeds {
    std::unordered_map<Digest, PackUse, DigestHash> packs;
    std::set<Digest> hot_packs;
    std::set<Digest> images; ///< that have a locator
};

/// Reads all manifests and locators, no pack. An image that cannot be read, or one of whose packs is missing, is an
/// error: it is not known what it needs, as its locator may be what is wrong.
/// Reasons: image-unreadable, cancelled.
[[nodiscard]] Result<StoreNeeds> find_needs(const Store& store, const std::stop_token& stop);

} // namespace farboot::rootfs
