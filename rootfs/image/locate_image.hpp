#pragma once

#include "rootfs/image/chunk_index.hpp"
#include "rootfs/image/manifest_file.hpp"
#include "rootfs/image/store_writer.hpp"

#include <optional>

namespace farboot::rootfs
{

/// Where the store has a chunk of an image, with data; nothing if it lacks it. Reasons: index, manifest-malformed (a
/// chunk of this digest has another length than the manifest says).
[[nodiscard]] Result<std::optional<ChunkIndex::Place>> place_of(const ChunkIndex& index, const ManifestFile& manifest,
                                                                const ChunkRef& chunk);

/// Writes an image's locator from where the store's chunk index says that its chunks lie. Reasons: chunks-missing,
/// image-size, io, and those of place_of() and ManifestFile.
[[nodiscard]] Result<void> locate_image(StoreWriter& writer, const ChunkIndex& index, const ManifestFile& manifest,
                                        HotList hot);

} // namespace farboot::rootfs
