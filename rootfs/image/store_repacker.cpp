#include "rootfs/image/store_repacker.hpp"

#include "rootfs/image/locator_builder.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{

/// The rows that locators lead to. A locator that leads to none of the rows is not for us to mend.
Result<std::vector<PackIndex::Row>> needed_rows(const std::filesystem::path& file, const PackUse& use)
{
    const auto index = read_pack_index(file);
    if (!index)
        return std::unexpected(index.error());
    auto rows = use.rows_of(*index);
    if (!rows)
        return fail(rows.error().reason, "{}: {}", file.string(), rows.error().sentence);
    return rows;
}

bool is_damage(const Error& error)
{
    return error.reason.ends_with("-malformed") || error.reason == "digest-mismatch" || error.reason == "truncated" ||
           error.reason == "not-found";
}

} // namespace

Result<StoreRepacker::Totals> StoreRepacker::run(const std::vector<Digest>& packs, const ByteProgress& progress,
                                                 const std::stop_token& stop)
{
    const auto stopped = [&] {
        return fail("cancelled", "Cleaning up {} was stopped. Every image is whole; clean again to go on.",
                    writer_.store().folder().string());
    };
    from_ = {packs.begin(), packs.end()};
    std::uint64_t total = 0;
    for (const auto& pack : packs)
        total += needs_.packs.at(pack).live_bytes();
    std::uint64_t done = 0;
    for (const auto& pack : packs) {
        if (stop.stop_requested())
            return stopped();
        const auto moved = move_chunks(pack);
        if (moved)
            emptied_.insert(pack);
        else if (is_damage(moved.error()))
            totals_.damaged.push_back(moved.error());
        else
            return std::unexpected(moved.error());
        done += needs_.packs.at(pack).live_bytes();
        if (progress)
            progress(done, total);
    }
    if (auto flushed = sink_.flush(); !flushed)
        return std::unexpected(std::move(flushed.error()));
    for (const auto& image : needs_.images) {
        if (stop.stop_requested())
            return stopped();
        if (auto rewritten = rewrite_locator(image); !rewritten)
            return std::unexpected(std::move(rewritten.error()));
    }
    totals_.packs = emptied_.size();
    totals_.moved_bytes = sink_.stored_bytes();
    totals_.new_packs = sink_.packs().size();
    return totals_;
}

Result<void> StoreRepacker::move_chunks(const Digest& pack)
{
    const auto file = writer_.store().pack(pack);
    auto rows = needed_rows(file, needs_.packs.at(pack));
    if (!rows)
        return std::unexpected(rows.error());
    std::vector<PackIndex::Row> moving;
    for (const auto& row : *rows) {
        const auto elsewhere = is_elsewhere(row);
        if (!elsewhere)
            return std::unexpected(elsewhere.error());
        if (!*elsewhere)
            moving.push_back(row);
    }
    return sink_.take(file, moving, workers_);
}

/// Does the chunk lie in a pack that stays, too? An interrupted run may have moved it, or two packs may have had it.
Result<bool> StoreRepacker::is_elsewhere(const PackIndex::Row& row)
{
    if (sink_.holds(row.digest))
        return true;
    const auto found = index_.find(row.digest);
    if (!found)
        return std::unexpected(found.error());
    const auto& place = *found;
    if (!place || !may_refer_to(place->pack.digest))
        return false;
    if (sink_.packs().contains(place->pack.digest))
        return true;
    // Nobody has looked at that copy for long, and this one may be the last good one.
    const auto file = File::open(writer_.store().pack(place->pack.digest));
    return file && read_checked(*file, {row.digest, place->offset, place->stored_length, place->plain_length});
}

/// Packs that were written just now, or are needed anyway.
bool StoreRepacker::may_refer_to(const Digest& pack) const
{
    return sink_.packs().contains(pack) || (needs_.packs.contains(pack) && !from_.contains(pack));
}

Result<void> StoreRepacker::rewrite_locator(const Digest& digest)
{
    const auto image = LocalImage::open(writer_.store(), digest, writer_.retired());
    if (!image)
        return std::unexpected(image.error());
    const auto& packs = image->locator().packs();
    if (std::ranges::none_of(packs, [&](const PackRef& pack) { return emptied_.contains(pack.digest); }))
        return {};
    LocatorBuilder builder(image->manifest().page_entries());
    builder.set_hot(image->locator().hot());
    Result<void> found;
    const auto walked = image->walk([&](const ChunkRef& chunk, const ChunkPlace& place) {
        if (chunk.is_zero())
            return builder.add_zero();
        if (found && emptied_.contains(packs[place.pack].digest)) {
            const auto moved = index_.find(chunk.digest);
            if (!moved)
                found = std::unexpected(moved.error());
            else if (*moved && may_refer_to((*moved)->pack.digest))
                return builder.add((*moved)->pack, (*moved)->offset, (*moved)->stored_length);
        }
        builder.add(packs[place.pack], place.offset, place.stored_length);
    });
    if (!walked || !found)
        return !walked ? walked : found;
    const auto locator = builder.finish();
    if (!locator)
        return std::unexpected(locator.error());
    totals_.locators += 1;
    return writer_.write(writer_.store().locator(digest), as_bytes(*locator));
}

} // namespace farboot::rootfs
