#include "rootfs/image/locate_image.hpp"

#include "rootfs/image/locator_builder.hpp"

namespace farboot::rootfs
{

Result<std::optional<ChunkIndex::Place>> place_of(const ChunkIndex& index, const ManifestFile& manifest,
                                                  const ChunkRef& chunk)
{
    auto place = index.find(chunk.digest);
    if (place && *place && (*place)->plain_length != chunk.length)
        return fail("manifest-malformed",
                    "The manifest {} gives its chunk {} {} bytes, but the chunk of this digest has {}: no reader could "
                    "use it. Publish the image again.",
                    manifest.root().ref().manifest.hex(), chunk.digest.hex(), chunk.length, (*place)->plain_length);
    return place;
}

Result<void> locate_image(StoreWriter& writer, const ChunkIndex& index, const ManifestFile& manifest, HotList hot)
{
    LocatorBuilder builder(manifest.root().page_entries());
    builder.set_hot(std::move(hot));
    const auto walked = manifest.walk([&](const ChunkRef& chunk) -> Result<void> {
        if (chunk.is_zero()) {
            builder.add_zero();
            return {};
        }
        const auto place = place_of(index, manifest, chunk);
        if (!place)
            return std::unexpected(place.error());
        if (!*place)
            return fail("chunks-missing", "The store has no chunk {} of the image {}.", chunk.digest.hex(),
                        manifest.root().ref().manifest.hex());
        builder.add((*place)->pack, (*place)->offset, (*place)->stored_length);
        return {};
    });
    if (!walked)
        return walked;
    const auto locator = builder.finish();
    if (!locator)
        return std::unexpected(locator.error());
    return writer.write(writer.store().locator(manifest.root().ref().manifest), as_bytes(*locator));
}

} // namespace farboot::rootfs
