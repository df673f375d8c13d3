#pragma once

#include "rootfs/image/file.hpp"
#include "rootfs/image/locator.hpp"
#include "rootfs/image/manifest_file.hpp"
#include "rootfs/image/retired_list.hpp"
#include "rootfs/image/store.hpp"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

namespace farboot::rootfs
{

/// An image of a local store, read from front to back: to check it, or to write it out.
class LocalImage
{
public:
    struct Sizes {
        std::uint64_t chunks = 0; ///< with data
        std::uint64_t zero_bytes = 0;
        std::uint64_t unique_bytes = 0; ///< each chunk once
        std::uint64_t stored_bytes = 0; ///< each chunk once, compressed
        std::vector<PackRef> packs;
    };
    /// Gets every chunk in order, decoded and checked; `plain` is empty for a zero chunk. An error ends the walk.
    using Visit = std::function<Result<void>(const ChunkRef& chunk, Bytes plain)>;

    /// Gets every chunk in order, and where it lies.
    using VisitPlace = std::function<void(const ChunkRef& chunk, const ChunkPlace& place)>;

    /// Reasons: not-found (also if it was removed and its files are still there), retired-malformed, and those of
    /// ManifestRoot and Locator.
    [[nodiscard]] static Result<LocalImage> open(const Store& store, const Digest& manifest);
    /// The same for many of them, with the store's list of what is retired.
    [[nodiscard]] static Result<LocalImage> open(const Store& store, const Digest& manifest,
                                                 const RetiredList& retired);

    [[nodiscard]] const ManifestRoot& manifest() const { return manifest_.root(); }
    [[nodiscard]] const Locator& locator() const { return locator_; }
    /// A page of the manifest, with where its chunks lie. Reasons: those of ManifestRoot and Locator, and File's.
    struct Page {
        ManifestPage manifest;
        std::vector<ChunkPlace> places;
    };
    [[nodiscard]] Result<Page> page(std::uint32_t number) const;
    /// The page as it lies in the file. Reasons: File's.
    [[nodiscard]] Result<std::string> page_bytes(std::uint32_t number) const;
    /// A chunk as it lies in its pack, checked. Reasons: chunk-malformed, digest-mismatch, and File's.
    [[nodiscard]] Result<std::string> stored_bytes(const ChunkRef& chunk, const ChunkPlace& place) const;
    /// All bytes of the image's locator with another hot list. Reasons: File's, image-size (too many rows).
    [[nodiscard]] Result<std::string> locator_with(const HotList& hot) const;
    /// Reads all pages, no chunk.
    [[nodiscard]] Result<void> walk(const VisitPlace& visit) const;
    [[nodiscard]] Result<Sizes> sizes() const;
    /// Reads everything. Chunks of one page are decoded by `workers` threads. Reasons: chunk-malformed,
    /// digest-mismatch, not-found (a pack), cancelled, and what `visit` gives.
    [[nodiscard]] Result<void> read(const Visit& visit, unsigned workers, const std::stop_token& stop = {}) const;

private:
    LocalImage(Store store, ManifestFile manifest, File locator_file, Locator locator);

    Store store_;
    ManifestFile manifest_;
    File locator_file_;
    Locator locator_;
};

/// The hot list that an image's locator has now, for one that takes its place. Empty if there is none that can be used,
/// or its hot pack does not lie in the store whole.
[[nodiscard]] HotList hot_list_of(const Store& store, const Digest& manifest);

} // namespace farboot::rootfs
