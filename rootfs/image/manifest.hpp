#pragma once

#include "rootfs/image/chunk.hpp"
#include "rootfs/image/format.hpp"
#include "rootfs/record/record.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// The manifest of docs/image-format.md: what an image is, in pages that are loaded as needed.
namespace farboot::rootfs
{

/// One checked page: consecutive chunks.
struct ManifestPage {
    std::uint32_t number = 0;
    std::uint64_t first_chunk = 0; ///< number in the image of the page's first chunk
    std::vector<ChunkRef> chunks;  ///< never empty

    /// Index in `chunks` of the one that holds this byte of the image; the byte must lie in this page.
    [[nodiscard]] std::size_t find(std::uint64_t image_offset) const;
};

/// The root: small, loaded whole, and named by the signed record.
class ManifestRoot
{
public:
    /// To be asked before `ref.root_bytes` bytes are fetched: are its sizes within the limits? Reason:
    /// manifest-malformed.
    [[nodiscard]] static Result<void> check(const ImageRef& ref);
    /// `root` is the manifest's first `ref.root_bytes` bytes. Reasons: digest-mismatch, manifest-malformed,
    /// version-unknown.
    [[nodiscard]] static Result<ManifestRoot> parse(Bytes root, const ImageRef& ref);

    [[nodiscard]] const ImageRef& ref() const { return ref_; }
    [[nodiscard]] std::uint64_t image_bytes() const { return ref_.bytes; }
    [[nodiscard]] std::uint64_t chunk_count() const { return chunk_count_; }
    [[nodiscard]] std::uint32_t page_entries() const { return page_entries_; }
    [[nodiscard]] std::uint32_t page_count() const { return static_cast<std::uint32_t>(pages_.size()); }
    /// Length of the whole manifest file.
    [[nodiscard]] std::uint64_t file_bytes() const;

    /// The page that holds this byte; it must lie in the image.
    [[nodiscard]] std::uint32_t find_page(std::uint64_t image_offset) const;
    /// Number of chunks of a page.
    [[nodiscard]] std::uint32_t entries_of(std::uint32_t page) const;
    /// Of the page's bytes.
    [[nodiscard]] const Digest& page_digest(std::uint32_t page) const { return pages_[page].digest; }
    /// Where a page lies in the manifest file.
    [[nodiscard]] FileRange page_range(std::uint32_t page) const;
    /// Which bytes of the image a page describes.
    [[nodiscard]] FileRange image_range(std::uint32_t page) const;
    /// `data` is what page_range() says. Reasons: digest-mismatch, manifest-malformed.
    [[nodiscard]] Result<ManifestPage> parse_page(Bytes data, std::uint32_t page) const;

private:
    struct PageEntry {
        std::uint64_t image_offset = 0;
        Digest digest;
    };

    ImageRef ref_;
    std::uint64_t chunk_count_ = 0;
    std::uint32_t page_entries_ = 0;
    std::vector<PageEntry> pages_;
};

} // namespace farboot::rootfs
