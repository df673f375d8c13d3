#include "rootfs/image/image_copier.hpp"

#include "rootfs/image/file.hpp"
#include "rootfs/image/locator_builder.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{

/// Are these, sorted by offset, all the chunks of the pack?
bool is_whole(const PackRef& pack, const std::vector<PackIndex::Row>& rows)
{
    auto bytes = pack_header_bytes + pack_trailer_bytes;
    for (const auto& row : rows)
        bytes += row.stored_length + pack_row_bytes;
    return bytes == pack.bytes;
}

} // namespace

Result<CopyProgress> ImageCopier::copy(const Digest& digest, const std::function<void(const CopyProgress&)>& progress,
                                       const std::stop_token& stop)
{
    const auto image = LocalImage::open(from_, digest);
    if (!image)
        return std::unexpected(image.error());
    CopyProgress totals;
    const auto wanted = find_wanted(*image, totals);
    if (!wanted)
        return std::unexpected(wanted.error());

    const auto& packs = image->locator().packs();
    const auto packs_before = sink_.packs().size();
    // Whole packs first, each by itself, so that they become the same packs.
    for (const bool whole : {true, false}) {
        for (const auto& [number, rows] : *wanted) {
            if (is_whole(packs[number], rows) != whole)
                continue;
            if (stop.stop_requested())
                return fail("cancelled", "Copying {} was stopped. Copy it again to go on: what was copied is kept.",
                            digest.hex());
            if (auto done = sink_.take(from_.pack(packs[number].digest), rows, workers_); !done)
                return std::unexpected(std::move(done.error()));
            if (whole)
                if (auto done = sink_.flush(); !done)
                    return std::unexpected(std::move(done.error()));
            for (const auto& row : rows)
                totals.copied_bytes += row.stored_length;
            totals.new_packs = sink_.packs().size() - packs_before;
            if (progress)
                progress(totals);
        }
        if (auto done = sink_.flush(); !done)
            return std::unexpected(std::move(done.error()));
    }
    totals.new_packs = sink_.packs().size() - packs_before;

    if (auto done = copy_hot_pack(image->locator().hot(), totals); !done)
        return std::unexpected(std::move(done.error()));
    const auto manifest = read_file(from_.manifest(digest), image->manifest().file_bytes());
    if (!manifest)
        return std::unexpected(manifest.error());
    if (auto done = writer_.write(writer_.store().manifest(digest), as_bytes(*manifest)); !done)
        return std::unexpected(std::move(done.error()));
    const auto with_hot = !image->locator().hot().rows.empty() && !totals.hot_pack_left;
    const auto hot = with_hot ? image->locator().hot() : hot_list_of(writer_.store(), digest);
    if (auto done = write_locator(*image, hot); !done)
        return std::unexpected(std::move(done.error()));
    return totals;
}

Result<ImageCopier::Wanted> ImageCopier::find_wanted(const LocalImage& image, CopyProgress& totals) const
{
    Wanted wanted;
    std::unordered_set<Digest, DigestHash> seen;
    Result<void> found;
    const auto walked = image.walk([&](const ChunkRef& chunk, const ChunkPlace& place) {
        if (!found || chunk.is_zero() || !seen.insert(chunk.digest).second)
            return;
        const auto known = index_.find(chunk.digest);
        if (!known)
            found = std::unexpected(known.error());
        else if (*known)
            totals.known_bytes += place.stored_length;
        else {
            totals.total_bytes += place.stored_length;
            wanted[place.pack].push_back({chunk.digest, place.offset, place.stored_length, chunk.length});
        }
    });
    if (!walked || !found)
        return std::unexpected(!walked ? walked.error() : found.error());
    for (auto& [pack, rows] : wanted)
        std::ranges::sort(rows, {}, &PackIndex::Row::offset);
    return wanted;
}

Result<void> ImageCopier::copy_hot_pack(const HotList& hot, CopyProgress& totals)
{
    if (hot.rows.empty())
        return {};
    const auto target = writer_.store().hot_pack(hot.pack.digest);
    auto copied = writer_.copy(from_.hot_pack(hot.pack.digest), hot.pack.digest, target);
    if (copied || (copied.error().reason != "digest-mismatch" && copied.error().reason != "not-found"))
        return copied;
    totals.hot_pack_left = true;
    return {};
}

Result<void> ImageCopier::write_locator(const LocalImage& image, const HotList& hot)
{
    LocatorBuilder builder(image.manifest().page_entries());
    builder.set_hot(hot);
    Result<void> found;
    const auto walked = image.walk([&](const ChunkRef& chunk, const ChunkPlace&) {
        if (!found)
            return;
        if (chunk.is_zero())
            return builder.add_zero();
        const auto place = index_.find(chunk.digest);
        if (!place)
            found = std::unexpected(place.error());
        else if (!*place)
            found = fail("index", "The chunk index of {} lost chunk {}. Delete its index.lmdb and copy again.",
                         writer_.store().folder().string(), chunk.digest.hex());
        else
            builder.add((*place)->pack, (*place)->offset, (*place)->stored_length);
    });
    if (!walked || !found)
        return !walked ? walked : found;
    const auto locator = builder.finish();
    if (!locator)
        return std::unexpected(locator.error());
    return writer_.write(writer_.store().locator(image.manifest().ref().manifest), as_bytes(*locator));
}

} // namespace farboot::rootfs
