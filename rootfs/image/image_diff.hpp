#pragma once

#include "rootfs/image/local_image.hpp"

namespace farboot::rootfs
{

/// What two images share, and what each has alone. Zero chunks are in neither: they cost nothing.
struct ImageDiff {
    struct Part {
        std::uint64_t chunks = 0; ///< each once
        std::uint64_t plain_bytes = 0;
        std::uint64_t stored_bytes = 0; ///< compressed; of shared chunks as they lie for B
        bool operator==(const Part&) const = default;
    };

    Part shared;
    Part only_a;
    Part only_b;
    /// What a PC that has all of A fetches to have all of B: chunks, manifest and locator.
    std::uint64_t fetch_bytes = 0;
};

/// Reads all pages of both. Reasons: those of LocalImage.
[[nodiscard]] Result<ImageDiff> diff_images(const LocalImage& a, const LocalImage& b);

} // namespace farboot::rootfs
