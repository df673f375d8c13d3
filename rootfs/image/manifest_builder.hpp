#pragma once

#include "rootfs/image/manifest.hpp"

#include <string>
#include <vector>

namespace farboot::rootfs
{

/// Entries a page in what this project publishes.
inline constexpr std::uint32_t default_page_entries = 1024;

struct BuiltManifest {
    ImageRef ref;     ///< what a record says of the image
    std::string file; ///< all bytes of the manifest
};

/// Makes a manifest from chunks in their order.
class ManifestBuilder
{
public:
    /// `page_entries` is 1 … 4096.
    explicit ManifestBuilder(std::uint32_t page_entries = default_page_entries) : page_entries_(page_entries) {}

    /// A chunk with data: 1 … 256 KiB.
    void add(std::uint32_t length, const Digest& digest);
    /// Zero bytes: joined with those before, and cut into zero chunks of at most 1 GiB.
    void add_zeros(std::uint64_t length);
    /// Ends the image; call once. Reason: image-size (no bytes, or over the format's limits).
    [[nodiscard]] Result<BuiltManifest> finish();

    [[nodiscard]] std::uint32_t page_entries() const { return page_entries_; }
    /// All chunks, complete after finish().
    [[nodiscard]] const std::vector<ChunkRef>& chunks() const { return chunks_; }

private:
    void end_zeros();

    std::uint32_t page_entries_;
    std::uint64_t bytes_ = 0;
    std::uint64_t zeros_ = 0; ///< not yet in chunks_
    std::vector<ChunkRef> chunks_;
};

} // namespace farboot::rootfs
