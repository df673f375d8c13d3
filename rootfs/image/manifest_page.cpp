#include "rootfs/image/manifest.hpp"

#include <algorithm>

namespace farboot::rootfs
{

std::string manifest_entries(std::span<const ChunkRef> chunks)
{
    std::string entries;
    entries.reserve(chunks.size() * manifest_entry_bytes);
    for (const auto& chunk : chunks) {
        append(entries, chunk.length);
        append(entries, chunk.digest);
    }
    return entries;
}

Result<ManifestPage> ManifestRoot::parse_page(Bytes data, std::uint32_t page) const
{
    const auto malformed = [&](const std::string& what) {
        return fail("manifest-malformed", "Page {} of the manifest {} cannot be used: {}. Publish the image again.",
                    page, ref_.manifest.hex(), what);
    };
    if (page >= page_count())
        return malformed(fmt::format("there are only {}", page_count()));
    if (data.size() != page_range(page).length)
        return malformed(fmt::format("it has {} bytes instead of {}", data.size(), page_range(page).length));
    if (sha256(data) != pages_[page].digest)
        return fail("digest-mismatch", "Page {} of the manifest {} was altered: its digest is not the one in the root.",
                    page, ref_.manifest.hex());

    ManifestPage parsed;
    parsed.number = page;
    parsed.first_chunk = std::uint64_t{page} * page_entries_;
    parsed.chunks.reserve(entries_of(page));
    auto [offset, left] = image_range(page);
    for (std::size_t at = 0; at < data.size(); at += manifest_entry_bytes) {
        const ChunkRef chunk{offset, load<std::uint32_t>(data, at), load_digest(data, at + 4)};
        const auto limit = chunk.is_zero() ? max_zero_chunk_bytes : max_chunk_bytes;
        if (chunk.length == 0 || chunk.length > limit)
            return malformed(fmt::format("a chunk of {} bytes", chunk.length));
        if (chunk.length > left)
            return malformed("its chunks go beyond the next page's start");
        offset += chunk.length;
        left -= chunk.length;
        parsed.chunks.push_back(chunk);
    }
    if (left != 0)
        return malformed(fmt::format("its chunks end {} bytes before the next page's start", left));
    return parsed;
}

std::size_t ManifestPage::find(std::uint64_t image_offset) const
{
    const auto behind = std::ranges::upper_bound(chunks, image_offset, {}, &ChunkRef::offset);
    return static_cast<std::size_t>(behind - chunks.begin() - 1);
}

} // namespace farboot::rootfs
