#include "rootfs/image/store_needs.hpp"

#include "rootfs/image/pack_index.hpp"

#include <algorithm>

namespace farboot::rootfs
{

void PackUse::add(const Place& place)
{
    places_.push_back(place);
    // Images share most of their chunks: what is there twice must not pile up.
    if (places_.size() > 2 * sorted_ + 1024)
        sort();
}

const std::vector<PackUse::Place>& PackUse::places() const
{
    sort();
    return places_;
}

void PackUse::sort() const
{
    if (sorted_ == places_.size())
        return;
    std::ranges::sort(places_);
    const auto twice = std::ranges::unique(places_);
    places_.erase(twice.begin(), twice.end());
    sorted_ = places_.size();
}

std::uint64_t PackUse::live_bytes() const
{
    std::uint64_t bytes = 0;
    for (const auto& place : places())
        bytes += place.stored_length + pack_row_bytes;
    return bytes;
}

Result<StoreNeeds> find_needs(const Store& store, const std::stop_token& stop)
{
    StoreNeeds needs;
    for (const auto& digest : store.locators()) {
        if (stop.stop_requested())
            return fail("cancelled", "Reading the locators of {} was stopped.", store.folder().string());
        const auto image = LocalImage::open(store, digest);
        const auto walked = image ? image->walk([&](const ChunkRef& chunk, const ChunkPlace& place) {
            if (!chunk.is_zero())
                needs.packs[image->locator().packs()[place.pack].digest].add({place.offset, place.stored_length});
        })
                                  : Result<void>(std::unexpected(image.error()));
        if (!walked)
            return fail("image-unreadable",
                        "It is not known what the image {} needs: {} Publish it again, or remove it, before the store "
                        "is cleaned up.",
                        digest.hex(), walked.error().sentence);
        if (!image->locator().hot().rows.empty())
            needs.hot_packs.insert(image->locator().hot().pack.digest);
        needs.images.insert(digest);
    }
    return needs;
}

} // namespace farboot::rootfs
