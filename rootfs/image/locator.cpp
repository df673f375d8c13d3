#include "rootfs/image/locator.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{

template <class... Args>
std::unexpected<Error> malformed(const Digest& manifest, fmt::format_string<Args...> what, Args&&... args)
{
    return fail("locator-malformed", "The locator of {} cannot be used: {}.", manifest.hex(),
                fmt::format(what, std::forward<Args>(args)...));
}

} // namespace

std::string manifest_path(const Digest& manifest)
{
    return "v1/manifests/" + manifest.hex();
}

std::string locator_path(const Digest& manifest)
{
    return "v1/locators/" + manifest.hex();
}

std::string pack_path(const Digest& pack)
{
    const auto name = pack.hex();
    return "v1/packs/" + name.substr(0, 2) + "/" + name;
}

std::string restricted_path(std::string_view audience)
{
    return fmt::format("restricted/{}", audience);
}

std::string hot_pack_path(const Digest& pack)
{
    return "v1/hot/" + pack.hex();
}

Result<LocatorHeader> LocatorHeader::parse(Bytes data, const ManifestRoot& manifest)
{
    const auto& name = manifest.ref().manifest;
    if (data.size() != bytes)
        return malformed(name, "its header has {} bytes instead of {}", data.size(), bytes);
    if (!has_magic(data, "FBLOCAT1"))
        return malformed(name, "it does not start as one");
    if (const auto version = load<std::uint32_t>(data, 8); version != locator_version)
        return fail("version-unknown", "The locator of {} has version {}, but this program knows only version {}: {}.",
                    name.hex(), version, locator_version,
                    version < locator_version ? "publish the image again" : "update it");
    LocatorHeader header;
    header.page_count = load<std::uint32_t>(data, 24);
    header.pack_count = load<std::uint32_t>(data, 28);
    header.hot_count = load<std::uint32_t>(data, 32);
    header.hot_guessed = (load<std::uint32_t>(data, 36) & locator_guessed) != 0;
    header.hot_pack = {load_digest(data, 40), load<std::uint64_t>(data, 72)};
    if (load<std::uint32_t>(data, 12) != manifest.page_entries() ||
        load<std::uint64_t>(data, 16) != manifest.chunk_count() || header.page_count != manifest.page_count())
        return malformed(name, "it counts other chunks and pages than the manifest");
    if (header.pack_count > max_pack_count || header.pack_count > manifest.chunk_count())
        return malformed(name, "{} packs for {} chunks", header.pack_count, manifest.chunk_count());
    if (header.hot_count > max_hot_chunks)
        return malformed(name, "{} hot chunks, more than {}", header.hot_count, max_hot_chunks);
    if (header.hot_count == 0 && header.hot_pack != PackRef{})
        return malformed(name, "a hot pack without chunks");
    return header;
}

FileRange LocatorHeader::tables_range() const
{
    return {bytes, std::uint64_t{pack_count} * locator_pack_bytes + std::uint64_t{page_count} * locator_check_bytes +
                       std::uint64_t{hot_count} * locator_hot_bytes};
}

Result<Locator> Locator::parse(const LocatorHeader& header, Bytes tables, const ManifestRoot& manifest)
{
    const auto& name = manifest.ref().manifest;
    const auto range = header.tables_range();
    if (tables.size() != range.length || header.page_count != manifest.page_count())
        return malformed(name, "its tables have {} bytes instead of {}", tables.size(), range.length);

    Locator locator;
    locator.manifest_ = name;
    locator.page_entries_ = manifest.page_entries();
    locator.chunk_count_ = manifest.chunk_count();
    locator.entries_offset_ = range.offset + range.length;
    locator.packs_.reserve(header.pack_count);
    for (std::size_t pack = 0; pack < header.pack_count; ++pack) {
        const auto at = pack * locator_pack_bytes;
        locator.packs_.push_back({load_digest(tables, at), load<std::uint64_t>(tables, at + 32)});
    }
    locator.page_checks_.resize(header.page_count);
    const auto checks = std::size_t{header.pack_count} * locator_pack_bytes;
    for (std::size_t page = 0; page < header.page_count; ++page)
        std::ranges::copy(tables.subspan(checks + page * locator_check_bytes, locator_check_bytes),
                          locator.page_checks_[page].begin());

    locator.hot_.pack = header.hot_pack;
    locator.hot_.guessed = header.hot_guessed;
    locator.hot_.rows.reserve(header.hot_count);
    auto hot_bytes = header.hot_count == 0 ? 0 : HotList::header_bytes;
    for (auto at = checks + std::size_t{header.page_count} * locator_check_bytes; at < tables.size();
         at += locator_hot_bytes) {
        const HotList::Row row{load_digest(tables, at), load<std::uint32_t>(tables, at + 32),
                               load<std::uint32_t>(tables, at + 36)};
        if (row.plain_length > max_chunk_bytes || row.stored_length == 0 || row.stored_length > row.plain_length)
            return malformed(name, "a hot chunk of {} bytes is stored in {}", row.plain_length, row.stored_length);
        hot_bytes += row.stored_length;
        locator.hot_.rows.push_back(row);
    }
    if (hot_bytes != header.hot_pack.bytes)
        return malformed(name, "its hot chunks take {} bytes of a hot pack of {}", hot_bytes, header.hot_pack.bytes);
    return locator;
}

FileRange Locator::page_range(std::uint32_t page) const
{
    const auto before = std::uint64_t{page} * page_entries_;
    const auto entries = std::min<std::uint64_t>(page_entries_, chunk_count_ - before);
    return {entries_offset_ + before * locator_entry_bytes, entries * locator_entry_bytes};
}

} // namespace farboot::rootfs
