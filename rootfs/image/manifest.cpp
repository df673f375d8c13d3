#include "rootfs/image/manifest.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{

template <class... Args>
std::unexpected<Error> malformed(const ImageRef& ref, fmt::format_string<Args...> what, Args&&... args)
{
    return fail("manifest-malformed", "The manifest {} cannot be used: {}. Publish the image again.",
                ref.manifest.hex(), fmt::format(what, std::forward<Args>(args)...));
}

} // namespace

Result<void> ManifestRoot::check(const ImageRef& ref)
{
    const auto table_bytes = ref.root_bytes - manifest_fixed_bytes;
    if (ref.root_bytes <= manifest_fixed_bytes || table_bytes % manifest_table_entry_bytes != 0 ||
        table_bytes / manifest_table_entry_bytes > max_page_count)
        return malformed(ref, "a root of {} bytes fits no number of pages", ref.root_bytes);
    if (ref.bytes == 0 || ref.bytes > max_image_bytes)
        return malformed(ref, "an image may not have {} bytes", ref.bytes);
    return {};
}

Result<ManifestRoot> ManifestRoot::parse(Bytes root, const ImageRef& ref)
{
    if (auto checked = check(ref); !checked)
        return std::unexpected(std::move(checked.error()));
    if (root.size() != ref.root_bytes)
        return malformed(ref, "its root has {} bytes instead of {}", root.size(), ref.root_bytes);
    if (sha256(root) != ref.manifest)
        return fail("digest-mismatch", "The manifest {} was altered: its root has the digest {}.", ref.manifest.hex(),
                    sha256(root).hex());
    if (!has_magic(root, "FBMANIF1"))
        return malformed(ref, "it does not start as one");
    if (const auto version = load<std::uint32_t>(root, 8); version != format_version)
        return fail("version-unknown",
                    "The manifest {} has version {}, but this program knows only version {}: update it.",
                    ref.manifest.hex(), version, format_version);

    ManifestRoot manifest;
    manifest.ref_ = ref;
    manifest.page_entries_ = load<std::uint32_t>(root, 12);
    manifest.chunk_count_ = load<std::uint64_t>(root, 24);
    const auto page_count = load<std::uint32_t>(root, 32);
    const std::uint64_t entries = manifest.page_entries_;
    const auto chunks = manifest.chunk_count_;
    if (entries == 0 || entries > max_page_entries)
        return malformed(ref, "{} entries a page", entries);
    if (load<std::uint64_t>(root, 16) != ref.bytes)
        return malformed(ref, "it is of an image of {} bytes, not of {}", load<std::uint64_t>(root, 16), ref.bytes);
    if (page_count != (ref.root_bytes - manifest_fixed_bytes) / manifest_table_entry_bytes)
        return malformed(ref, "{} pages do not fit a root of {} bytes", page_count, ref.root_bytes);
    if (chunks == 0 || chunks > page_count * entries || chunks <= (page_count - 1) * entries)
        return malformed(ref, "{} chunks do not fit {} pages", chunks, page_count);
    if (load<std::uint32_t>(root, 36) != 0)
        return malformed(ref, "its reserved field is not 0");

    manifest.pages_.reserve(page_count);
    for (std::uint32_t page = 0; page < page_count; ++page) {
        const auto at = manifest_fixed_bytes + std::size_t{page} * manifest_table_entry_bytes;
        manifest.pages_.push_back({load<std::uint64_t>(root, at), load_digest(root, at + 8)});
    }
    if (manifest.pages_.front().image_offset != 0)
        return malformed(ref, "its first page starts at byte {} of the image", manifest.pages_.front().image_offset);
    for (std::uint32_t page = 0; page < page_count; ++page) {
        const auto start = manifest.pages_[page].image_offset;
        const auto end = page + 1 < page_count ? manifest.pages_[page + 1].image_offset : ref.bytes;
        const std::uint64_t count = manifest.entries_of(page);
        if (end < start || end - start < count || end - start > count * max_zero_chunk_bytes)
            return malformed(ref, "its page {} with {} chunks goes from byte {} to {} of the image", page, count, start,
                             end);
    }
    return manifest;
}

std::uint64_t ManifestRoot::file_bytes() const
{
    return ref_.root_bytes + chunk_count_ * manifest_entry_bytes;
}

std::uint32_t ManifestRoot::find_page(std::uint64_t image_offset) const
{
    const auto behind = std::ranges::upper_bound(pages_, image_offset, {}, &PageEntry::image_offset);
    return static_cast<std::uint32_t>(behind - pages_.begin() - 1);
}

std::uint32_t ManifestRoot::entries_of(std::uint32_t page) const
{
    const auto before = std::uint64_t{page} * page_entries_;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(page_entries_, chunk_count_ - before));
}

FileRange ManifestRoot::page_range(std::uint32_t page) const
{
    return {ref_.root_bytes + std::uint64_t{page} * page_entries_ * manifest_entry_bytes,
            std::uint64_t{entries_of(page)} * manifest_entry_bytes};
}

FileRange ManifestRoot::image_range(std::uint32_t page) const
{
    const auto start = pages_[page].image_offset;
    const auto end = page + 1 < page_count() ? pages_[page + 1].image_offset : ref_.bytes;
    return {start, end - start};
}

} // namespace farboot::rootfs
