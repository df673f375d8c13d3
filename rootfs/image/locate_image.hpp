#pragma once

#include "rootfs/image/chunk_index.hpp"
#include "rootfs/image/manifest_file.hpp"
#include "rootfs/image/store_writer.hpp"

namespace farboot::rootfs
{

/// Writes an image's locator from where the store's chunk index says that its chunks lie. Reasons: chunks-missing,
/// image-size, index, io, and ManifestFile's.
[[nodiscard]] Result<void> locate_image(StoreWriter& writer, const ChunkIndex& index, const ManifestFile& manifest,
                                        HotList hot);

} // namespace farboot::rootfs
