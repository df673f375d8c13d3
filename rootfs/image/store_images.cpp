#include "rootfs/image/store_images.hpp"

#include "rootfs/image/locator.hpp"

namespace farboot::rootfs
{

Result<std::vector<Digest>> images_of(const Store& store)
{
    const auto retired = RetiredList::load(store);
    if (!retired)
        return std::unexpected(retired.error());
    auto images = store.manifests();
    std::erase_if(images, [&](const Digest& image) {
        return retired->has_image(image) || retired->contains(manifest_path(image));
    });
    return images;
}

Result<bool> retire_image(StoreWriter& writer, const Digest& image, std::int64_t now)
{
    const auto& store = writer.store();
    auto list = writer.retired();
    for (const auto& file : {store.locator(image), store.manifest(image)}) {
        std::error_code error;
        if (const auto bytes = std::filesystem::file_size(file, error); !error)
            list.add(store.relative(file), {bytes, now});
    }
    if (list == writer.retired())
        return false;
    if (auto done = writer.set_retired(std::move(list)); !done)
        return std::unexpected(std::move(done.error()));
    return true;
}

Result<bool> delete_image(StoreWriter& writer, const Digest& image)
{
    const auto& store = writer.store();
    bool was_there = false;
    auto list = writer.retired();
    // Without its locator it is no image any more.
    for (const auto& file : {store.locator(image), store.manifest(image)}) {
        const auto removed = writer.remove(file);
        if (!removed)
            return std::unexpected(removed.error());
        was_there = was_there || *removed;
        list.remove(store.relative(file));
    }
    if (list != writer.retired())
        if (auto done = writer.set_retired(std::move(list)); !done)
            return std::unexpected(std::move(done.error()));
    return was_there;
}

} // namespace farboot::rootfs
