#pragma once

#include "rootfs/image/store_writer.hpp"

#include <cstdint>
#include <vector>

namespace farboot::rootfs
{

/// The images of a store by their manifests, sorted, without those that were removed: their files stay for a while, for
/// PCs that run them. Reasons: io, retired-malformed.
[[nodiscard]] Result<std::vector<Digest>> images_of(const Store& store);

/// Removes an image: its manifest and locator go on the list of what is retired, in one step, and clean_store() deletes
/// them, as it does what only this image needed. Publishing it again takes them off the list. False if there was no
/// such image, or it had been removed. Reason: io.
[[nodiscard]] Result<bool> retire_image(StoreWriter& writer, const Digest& image, std::int64_t now);

/// Removes an image, or what is left of one, for good: from now on nobody can read what he has not read before. False
/// if nothing was there. A kill leaves a manifest at most, which goes when this is repeated. Reason: io.
[[nodiscard]] Result<bool> delete_image(StoreWriter& writer, const Digest& image);

} // namespace farboot::rootfs
