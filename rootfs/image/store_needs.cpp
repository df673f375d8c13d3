#include "rootfs/image/store_needs.hpp"

namespace farboot::rootfs
{

namespace
{

Result<void> add_needs(const Store& store, const Digest& digest, const RetiredList& retired, StoreNeeds& needs)
{
    const auto image = LocalImage::open(store, digest, retired);
    if (!image)
        return std::unexpected(image.error());
    std::vector<PackUse*> uses;
    for (const auto& pack : image->locator().packs()) {
        std::error_code error;
        if (std::filesystem::file_size(store.pack(pack.digest), error) != pack.bytes)
            return fail("not-found", "its pack {} is not there with its {} bytes.", pack.digest.hex(), pack.bytes);
        uses.push_back(&needs.packs.try_emplace(pack.digest, pack.bytes).first->second);
    }
    const auto walked = image->walk([&](const ChunkRef& chunk, const ChunkPlace& place) {
        if (!chunk.is_zero())
            uses[place.pack]->add(place.offset, place.stored_length);
    });
    if (!image->locator().hot().rows.empty())
        needs.hot_packs.insert(image->locator().hot().pack.digest);
    needs.images.insert(digest);
    return walked;
}

} // namespace

Result<StoreNeeds> find_needs(const Store& store, const std::stop_token& stop)
{
    const auto retired = RetiredList::load(store);
    if (!retired)
        return std::unexpected(retired.error());
    StoreNeeds needs;
    for (const auto& image : store.locators()) {
        if (retired->has_image(image))
            continue;
        if (stop.stop_requested())
            return fail("cancelled", "Reading the locators of {} was stopped.", store.folder().string());
        if (const auto added = add_needs(store, image, *retired, needs); !added)
            return fail("image-unreadable",
                        "It is not known what the image {} needs: {} Publish it again, or remove it, before the store "
                        "is cleaned up.",
                        image.hex(), added.error().sentence);
    }
    return needs;
}

} // namespace farboot::rootfs
