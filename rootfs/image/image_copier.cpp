#include "rootfs/image/image_copier.hpp"

#include "rootfs/image/file.hpp"
#include "rootfs/image/locate_image.hpp"

#include <algorithm>

namespace farboot::rootfs
{

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
            if (is_whole_pack(packs[number], rows) != whole)
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
    const auto copied = writer_.store().open_manifest(digest);
    if (!copied)
        return std::unexpected(copied.error());
    if (auto done = locate_image(writer_, index_, *copied, hot); !done)
        return std::unexpected(std::move(done.error()));
    return totals;
}

Result<WantedChunks> ImageCopier::find_wanted(const LocalImage& image, CopyProgress& totals) const
{
    return find_chunks(image, [&](std::uint64_t, const ChunkRef& chunk, const ChunkPlace& place) -> Result<bool> {
        const auto known = index_.find(chunk.digest);
        if (!known)
            return std::unexpected(known.error());
        (*known ? totals.known_bytes : totals.total_bytes) += place.stored_length;
        return !*known;
    });
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

} // namespace farboot::rootfs
