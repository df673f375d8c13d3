#pragma once

#include "rootfs/image/hot_pack.hpp"

#include <optional>

namespace farboot::rootfs
{

/// Reasons: those of LocalImage.
[[nodiscard]] Result<Inherited> inherit_profile(const LocalImage& predecessor, const LocalImage& image);

struct Heritage {
    Digest predecessor;
    std::size_t same = 0;    ///< see Inherited
    std::size_t moved = 0;   ///< the same
    std::uint64_t bytes = 0; ///< of the hot pack
};

/// Gives an image that has no profile the one of the image in the store that shares most of its hot chunks with it: as
/// a rule the version before. Nothing if it has one already, or if none shares a quarter. Reasons: those of LocalImage,
/// io.
[[nodiscard]] Result<std::optional<Heritage>> inherit_from_store(StoreWriter& writer, const Digest& manifest);

} // namespace farboot::rootfs
