#include "rootfs/image/locator.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{

/// Two different chunks cannot share bytes of a pack.
bool overlap(const std::vector<ChunkPlace>& places, const ManifestPage& page)
{
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < places.size(); ++i)
        if (!page.chunks[i].is_zero())
            order.push_back(i);
    const auto key = [&](std::size_t i) { return std::pair(places[i].pack, places[i].offset); };
    std::ranges::sort(order, {}, key);
    return std::ranges::adjacent_find(order, [&](std::size_t a, std::size_t b) {
               const auto& first = places[a];
               const auto& second = places[b];
               const auto same = first == second && page.chunks[a].digest == page.chunks[b].digest;
               return !same && first.pack == second.pack && second.offset - first.offset < first.stored_length;
           }) != order.end();
}

} // namespace

Result<std::vector<ChunkPlace>> Locator::parse_page(Bytes data, const ManifestPage& chunks) const
{
    const auto malformed = [&](const std::string& what) {
        return fail("locator-malformed", "Page {} of the locator of {} cannot be used: {}.", chunks.number,
                    manifest_.hex(), what);
    };
    if (chunks.number >= page_checks_.size())
        return malformed(fmt::format("there are only {}", page_checks_.size()));
    if (data.size() != page_range(chunks.number).length || data.size() != chunks.chunks.size() * locator_entry_bytes)
        return malformed(fmt::format("it has {} bytes instead of {}", data.size(), page_range(chunks.number).length));
    const auto& check = page_checks_[chunks.number];
    if (const auto digest = sha256(data); !std::equal(check.begin(), check.end(), digest.bytes.begin()))
        return fail("locator-changed", "The locator of {} was rewritten while it was read.", manifest_.hex());

    std::vector<ChunkPlace> places;
    places.reserve(chunks.chunks.size());
    for (const auto& chunk : chunks.chunks) {
        const auto at = places.size() * locator_entry_bytes;
        const ChunkPlace place{load<std::uint32_t>(data, at), load<std::uint32_t>(data, at + 4),
                               load<std::uint64_t>(data, at + 8)};
        places.push_back(place);
        if (chunk.is_zero()) {
            if (place != ChunkPlace{})
                return malformed("it has a place for a zero chunk");
            continue;
        }
        if (place.pack >= packs_.size())
            return malformed(fmt::format("pack {} of {}", place.pack, packs_.size()));
        if (place.stored_length == 0 || place.stored_length > chunk.length)
            return malformed(fmt::format("a chunk of {} bytes is stored in {}", chunk.length, place.stored_length));
        const auto pack_bytes = packs_[place.pack].bytes;
        if (place.offset > pack_bytes || place.stored_length > pack_bytes - place.offset)
            return malformed(
                fmt::format("a chunk at byte {} lies outside its pack of {} bytes", place.offset, pack_bytes));
    }
    if (overlap(places, chunks))
        return malformed("two different chunks lie at the same place");
    return places;
}

} // namespace farboot::rootfs
