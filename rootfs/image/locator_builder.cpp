#include "rootfs/image/locator_builder.hpp"

namespace farboot::rootfs
{

void LocatorBuilder::add(const PackRef& pack, std::uint64_t offset, std::uint32_t stored_length)
{
    const auto [number, is_new] = pack_numbers_.try_emplace(pack.digest, static_cast<std::uint32_t>(packs_.size()));
    if (is_new)
        packs_.push_back(pack);
    places_.push_back({number->second, stored_length, offset});
}

Result<std::string> LocatorBuilder::finish() const
{
    if (packs_.size() > max_pack_count)
        return fail("image-size", "The image's chunks lie in {} packs, more than the format allows.", packs_.size());
    if (hot_.rows.size() > max_hot_chunks)
        return fail("image-size", "The image has {} hot chunks, more than the format allows.", hot_.rows.size());
    std::string entries;
    for (const auto& place : places_) {
        append(entries, place.pack);
        append(entries, place.stored_length);
        append(entries, place.offset);
    }
    const auto page_count = (places_.size() + page_entries_ - 1) / page_entries_;
    std::string file = "FBLOCAT1";
    append(file, locator_version);
    append(file, page_entries_);
    append(file, std::uint64_t{places_.size()});
    append(file, static_cast<std::uint32_t>(page_count));
    append(file, static_cast<std::uint32_t>(packs_.size()));
    append(file, static_cast<std::uint32_t>(hot_.rows.size()));
    append(file, hot_.guessed ? locator_guessed : std::uint32_t{0});
    append(file, hot_.pack.digest);
    append(file, hot_.pack.bytes);
    for (const auto& pack : packs_) {
        append(file, pack.digest);
        append(file, pack.bytes);
    }
    const std::size_t page_bytes = std::size_t{page_entries_} * locator_entry_bytes;
    for (std::size_t page = 0; page < page_count; ++page) {
        const auto digest = sha256(as_bytes(std::string_view(entries).substr(page * page_bytes, page_bytes)));
        file.append(reinterpret_cast<const char*>(digest.bytes.data()), locator_check_bytes);
    }
    for (const auto& row : hot_.rows) {
        append(file, row.digest);
        append(file, row.stored_length);
        append(file, row.plain_length);
    }
    return file + entries;
}

} // namespace farboot::rootfs
