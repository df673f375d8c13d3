#pragma once

#include "rootfs/image/local_image.hpp"
#include "rootfs/image/locator_builder.hpp"
#include "rootfs/image/publisher.hpp"
#include "tests/unit/rootfs/image/sample.hpp"

namespace farboot::rootfs
{

/// Images in stores below the test's folder.
class StoreFixture : public FolderTest
{
protected:
    Result<PublishedImage> publish(const std::string& name, const std::string& image, PublishOptions options = {},
                                   std::stop_token stop = {})
    {
        auto writer = StoreWriter::open(folder_ / name);
        if (!writer)
            return std::unexpected(writer.error());
        return publish_image(*writer, put("image", image), options, std::move(stop));
    }
    /// Publishes chunks of 64 KiB each, which do not compress.
    Digest publish_chunks(const std::string& name, const std::vector<unsigned>& chunks)
    {
        const auto published = publish(name, image_of(chunks), {.chunking = Chunking::fixed, .zstd_level = 1});
        EXPECT_TRUE(published) << published.error().sentence;
        return published->ref.manifest;
    }
    static std::string image_of(const std::vector<unsigned>& chunks)
    {
        std::string image;
        for (const auto seed : chunks)
            image += noise(chunk_bytes, seed);
        return image;
    }
    [[nodiscard]] Store store(const std::string& name = "store") const { return *Store::open(folder_ / name); }
    /// Everything that a reader would get, or what is wrong.
    [[nodiscard]] std::string read_back(const std::string& name, const Digest& manifest) const
    {
        return bytes_of(LocalImage::open(store(name), manifest));
    }
    static std::string bytes_of(const Result<LocalImage>& image)
    {
        if (!image)
            return image.error().sentence;
        std::string all(image->manifest().image_bytes(), '\0');
        const auto done = image->read(
            [&](const ChunkRef& chunk, Bytes plain) -> Result<void> {
                std::memcpy(all.data() + chunk.offset, plain.data(), plain.size());
                return {};
            },
            2);
        return done ? all : done.error().sentence;
    }
    /// The packs that an image's locator leads to.
    std::vector<Digest> packs_of(const std::string& name, const Digest& manifest)
    {
        std::vector<Digest> packs;
        const auto image = LocalImage::open(store(name), manifest);
        for (const auto& pack : image->locator().packs())
            packs.push_back(pack.digest);
        return packs;
    }
    /// Gives an image a hot pack with one of its chunks, of publish_chunks().
    HotList add_hot_pack(const std::string& name, const Digest& manifest, unsigned chunk)
    {
        const auto plain = noise(chunk_bytes, chunk);
        const auto file = "FBHOT001" + plain;
        const HotList hot{{sha256(as_bytes(file)), file.size()}, {{sha256(as_bytes(plain)), chunk_bytes, chunk_bytes}}};
        auto writer = *StoreWriter::open(folder_ / name);
        EXPECT_TRUE(writer.write(writer.store().hot_pack(hot.pack.digest), as_bytes(file)));
        const auto image = LocalImage::open(writer.store(), manifest);
        LocatorBuilder builder(image->manifest().page_entries());
        builder.set_hot(hot);
        EXPECT_TRUE(image->walk([&](const ChunkRef&, const ChunkPlace& place) {
            builder.add(image->locator().packs()[place.pack], place.offset, place.stored_length);
        }));
        EXPECT_TRUE(writer.write(writer.store().locator(manifest), as_bytes(*builder.finish())));
        return hot;
    }
    static HotList hot_of(const Store& store, const Digest& manifest)
    {
        return LocalImage::open(store, manifest)->locator().hot();
    }
    /// Changes one byte of a file and not its size.
    static void alter(const std::filesystem::path& file, std::size_t at)
    {
        auto bytes = *read_file(file, 1 << 30);
        bytes.at(at) = static_cast<char>(bytes.at(at) ^ 1);
        ASSERT_TRUE(write_file(file, as_bytes(bytes)));
    }

    static constexpr std::uint32_t chunk_bytes = 65536;
};

} // namespace farboot::rootfs
