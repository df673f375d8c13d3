#pragma once

#include "rootfs/image/chunk_encoder.hpp"
#include "rootfs/image/chunk_index.hpp"
#include "rootfs/image/chunker.hpp"
#include "rootfs/image/parallel.hpp"
#include "rootfs/image/store_writer.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace farboot::rootfs
{

struct PublishProgress {
    std::uint64_t total_bytes = 0; ///< of the image
    std::uint64_t read_bytes = 0;  ///< so far
    std::uint64_t zero_bytes = 0;  ///< in zero chunks
    std::uint64_t known_bytes = 0; ///< in chunks that the store had, or that came before in the image
    std::uint64_t new_chunks = 0;
    std::uint64_t stored_bytes = 0; ///< of new chunks, compressed
    std::uint64_t new_packs = 0;
};

struct PublishOptions {
    Chunking chunking = Chunking::content;
    int zstd_level = default_zstd_level;
    unsigned workers = worker_count();
    std::function<void(const PublishProgress&)> progress = {}; ///< a few times a second, on the caller's thread
    ByteProgress checking = {};                                ///< of packs that the chunk index does not know yet
};

/// An image that is read from front to back.
struct ImageSource {
    std::string name; ///< for sentences
    std::uint64_t bytes = 0;
    std::function<Result<void>(std::uint64_t offset, std::span<std::byte> into)> read; ///< fills all of `into`
};

/// A file or a block device that holds a raw image. Reasons: not-found, io, image-format (it is qcow2 or VMDK).
[[nodiscard]] Result<ImageSource> open_raw_image(const std::filesystem::path& path);

struct PublishedImage {
    ImageRef ref;
    PublishProgress totals;
    std::vector<Error> damaged_packs; ///< found on the way; their chunks of this image were stored again
};

/// Puts an image (a file or a block device, raw) into a store. The same bytes, cut alike, give the same manifest.
/// Packs, then manifest, then locator appear whole, so a reader never sees a locator without its packs; after a kill or
/// a stop, packs that were written are used by the next try. An image that the store has already keeps its hot list.
/// Reasons: not-found, io, truncated (the image became shorter meanwhile), image-format (not raw), image-size, index,
/// cancelled.
[[nodiscard]] Result<PublishedImage> publish_image(StoreWriter& writer, const std::filesystem::path& image,
                                                   const PublishOptions& options, std::stop_token stop = {});
[[nodiscard]] Result<PublishedImage> publish_image(StoreWriter& writer, const ImageSource& image,
                                                   const PublishOptions& options, std::stop_token stop = {});

} // namespace farboot::rootfs
