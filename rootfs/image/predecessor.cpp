#include "rootfs/image/predecessor.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{

constexpr double least_shared = 0.25;

/// Which part of an image's hot chunks another one has too.
double shared_part(const HotList& list, const ChunkList& chunks)
{
    const auto shared =
        std::ranges::count_if(list.rows, [&](const auto& row) { return chunks.find(row.digest).has_value(); });
    return list.rows.empty() ? 0 : static_cast<double>(shared) / static_cast<double>(list.rows.size());
}

/// The best predecessor, opened.
std::optional<LocalImage> find_predecessor(const StoreWriter& writer, const Digest& manifest, const ChunkList& chunks)
{
    std::optional<LocalImage> best;
    auto best_part = least_shared;
    for (const auto& other : writer.store().manifests()) {
        if (other == manifest)
            continue;
        auto image = LocalImage::open(writer.store(), other, writer.retired());
        if (!image) // damaged, or removed: not this image's trouble
            continue;
        const auto part = shared_part(image->locator().hot(), chunks);
        if (part < best_part)
            continue;
        best_part = part;
        best.emplace(std::move(*image));
    }
    return best;
}

} // namespace

Result<Inherited> inherit_profile(const LocalImage& predecessor, const LocalImage& image)
{
    const auto old_chunks = ChunkList::load(predecessor);
    if (!old_chunks)
        return std::unexpected(old_chunks.error());
    const auto new_chunks = ChunkList::load(image);
    if (!new_chunks)
        return std::unexpected(new_chunks.error());
    return inherit_profile(predecessor.locator().hot(), *old_chunks, *new_chunks);
}

Result<std::optional<Heritage>> inherit_from_store(StoreWriter& writer, const Digest& manifest)
{
    const auto image = LocalImage::open(writer.store(), manifest);
    if (!image)
        return std::unexpected(image.error());
    if (!image->locator().hot().rows.empty())
        return std::nullopt;
    const auto chunks = ChunkList::load(*image);
    if (!chunks)
        return std::unexpected(chunks.error());
    const auto predecessor = find_predecessor(writer, manifest, *chunks);
    if (!predecessor)
        return std::nullopt;
    const auto inherited = inherit_profile(*predecessor, *image);
    if (!inherited)
        return std::unexpected(inherited.error());
    auto pack = make_hot_pack(*image, inherited->profile);
    if (!pack)
        return std::unexpected(pack.error());
    pack->list.guessed = predecessor->locator().hot().guessed;
    if (auto done = set_hot_pack(writer, *image, *pack); !done)
        return std::unexpected(std::move(done.error()));
    return Heritage{predecessor->manifest().ref().manifest, inherited->same, inherited->moved, pack->list.pack.bytes};
}

} // namespace farboot::rootfs
