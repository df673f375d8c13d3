#include "rootfs/image/manifest_builder.hpp"

#include <algorithm>

namespace farboot::rootfs
{

void ManifestBuilder::add(std::uint32_t length, const Digest& digest)
{
    end_zeros();
    chunks_.push_back({bytes_, length, digest});
    bytes_ += length;
}

void ManifestBuilder::add_zeros(std::uint64_t length)
{
    zeros_ += length;
}

void ManifestBuilder::end_zeros()
{
    while (zeros_ > 0) {
        const auto length = static_cast<std::uint32_t>(std::min<std::uint64_t>(zeros_, max_zero_chunk_bytes));
        chunks_.push_back({bytes_, length, {}});
        bytes_ += length;
        zeros_ -= length;
    }
}

Result<BuiltManifest> ManifestBuilder::finish()
{
    end_zeros();
    if (bytes_ == 0)
        return fail("image-size", "The image is empty: there is nothing to publish.");
    const auto page_count = (chunks_.size() + page_entries_ - 1) / page_entries_;
    if (bytes_ > max_image_bytes || page_count > max_page_count)
        return fail("image-size", "The image has {} bytes, more than the format can describe.", bytes_);

    const auto pages = manifest_entries(chunks_);
    std::string root = "FBMANIF1";
    append(root, format_version);
    append(root, page_entries_);
    append(root, bytes_);
    append(root, std::uint64_t{chunks_.size()});
    append(root, static_cast<std::uint32_t>(page_count));
    append(root, std::uint32_t{0});
    const std::size_t page_bytes = std::size_t{page_entries_} * manifest_entry_bytes;
    for (std::size_t page = 0; page < page_count; ++page) {
        append(root, chunks_[page * page_entries_].offset);
        append(root, sha256(as_bytes(std::string_view(pages).substr(page * page_bytes, page_bytes))));
    }
    return BuiltManifest{{sha256(as_bytes(root)), root.size(), bytes_}, root + pages};
}

} // namespace farboot::rootfs
