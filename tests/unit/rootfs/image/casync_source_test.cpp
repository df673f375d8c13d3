#include "rootfs/image/casync_source.hpp"

#include "tests/unit/rootfs/image/store_fixture.hpp"

#include <cstdlib>

namespace farboot::rootfs
{
namespace
{

class CasyncTest : public StoreFixture
{
protected:
    void SetUp() override
    {
        StoreFixture::SetUp();
        if (!std::filesystem::exists("/usr/bin/casync"))
            GTEST_SKIP() << "needs casync";
        image_ = noise(700'000) + std::string(600'000, '\0') + text(900'001);
        put("disk.img", image_);
    }
    /// Runs casync in the test's folder.
    void casync(const std::string& arguments)
    {
        const auto command = "cd " + folder_.string() + " && casync " + arguments + " > casync.log 2>&1";
        ASSERT_EQ(std::system(command.c_str()), 0) << read_file(folder_ / "casync.log", 1 << 20).value_or("");
    }
    [[nodiscard]] Result<ImageSource> open(const std::string& index = "disk.caibx") const
    {
        return open_casync_image(folder_ / index, folder_ / "chunks.castr");
    }
    /// Reads the image in pieces that end anywhere.
    Result<std::string> read(const ImageSource& source)
    {
        std::string all(source.bytes, '\0');
        const std::size_t piece = 123'457;
        for (std::size_t at = 0; at < all.size(); at += piece)
            if (auto done = source.read(
                    at, std::as_writable_bytes(std::span(all).subspan(at, std::min(piece, all.size() - at))));
                !done)
                return std::unexpected(done.error());
        return all;
    }
    std::filesystem::path a_chunk()
    {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "chunks.castr"))
            if (entry.path().extension() == ".cacnk")
                return entry.path();
        return {};
    }

    std::string image_;
};

TEST_F(CasyncTest, ItsImagesAreReadAsTheyWere)
{
    for (const auto* digest : {"sha512-256", "sha256"}) {
        casync(std::string("make --compression=zstd --store=chunks.castr --digest=") + digest + " disk.caibx disk.img");
        const auto source = open();
        ASSERT_TRUE(source) << source.error().sentence;
        EXPECT_EQ(source->bytes, image_.size());
        const auto all = read(*source);
        ASSERT_TRUE(all) << all.error().sentence;
        EXPECT_TRUE(*all == image_);
    }
}

TEST_F(CasyncTest, AnImportIsTheImageThatPublishingTheFileGives)
{
    casync("make --store=chunks.castr disk.caibx disk.img");
    const auto published = publish("published", image_);
    auto writer = StoreWriter::open(folder_ / "imported");
    const auto imported = publish_image(*writer, *open(), {});
    ASSERT_TRUE(imported) << imported.error().sentence;
    EXPECT_EQ(imported->ref, published->ref);
    EXPECT_TRUE(read_back("imported", imported->ref.manifest) == image_);
}

TEST_F(CasyncTest, DamageIsSaid)
{
    casync("make --store=chunks.castr disk.caibx disk.img");
    const auto chunk = a_chunk();
    const auto bytes = *read_file(chunk, 1 << 20);
    ASSERT_TRUE(write_file(chunk, as_bytes(bytes.substr(0, bytes.size() / 2))));
    const auto cut = read(*open());
    ASSERT_EQ(reason(cut), "chunk-malformed");
    EXPECT_NE(cut.error().sentence.find(chunk.string()), std::string::npos);
    std::filesystem::remove(chunk);
    EXPECT_EQ(reason(read(*open())), "not-found");

    // A good frame of other bytes of the same length: each image is one chunk.
    put("disk.img", noise(10'000));
    casync("make --store=chunks.castr disk.caibx disk.img");
    put("other.img", noise(10'000, 2));
    casync("make --store=chunks.castr other.caibx other.img");
    const auto path_of = [&](const char* name) {
        const auto id = CasyncIndex::parse(as_bytes(*read_file(folder_ / name, 1 << 20)))->chunks.at(0).id.hex();
        return folder_ / "chunks.castr" / id.substr(0, 4) / (id + ".cacnk");
    };
    std::filesystem::copy_file(path_of("other.caibx"), path_of("disk.caibx"),
                               std::filesystem::copy_options::overwrite_existing);
    EXPECT_EQ(reason(read(*open())), "digest-mismatch");
}

TEST_F(CasyncTest, WhatCannotBeImportedIsSaid)
{
    casync("make --compression=xz --store=chunks.castr disk.caibx disk.img");
    const auto xz = read(*open());
    ASSERT_EQ(reason(xz), "chunk-malformed");
    EXPECT_NE(xz.error().sentence.find("--compression=zstd"), std::string::npos);
    std::filesystem::create_directory(folder_ / "tree");
    put("tree/file", "x");
    casync("make --without=privileged --store=chunks.castr tree.caidx tree");
    const auto tree = open("tree.caidx");
    ASSERT_EQ(reason(tree), "casync-malformed");
    EXPECT_NE(tree.error().sentence.find(".caidx"), std::string::npos);
    EXPECT_EQ(reason(open("none.caibx")), "not-found");
}

TEST(CasyncIndexTest, RefusesWhatIsNoIndex)
{
    std::string file;
    for (const std::uint64_t value :
         {std::uint64_t{48}, std::uint64_t{0x96824d9c7b129ff9}, std::uint64_t{11} << 60, std::uint64_t{1},
          std::uint64_t{2}, std::uint64_t{3}, ~std::uint64_t{0}, std::uint64_t{0xe75b9e112f17417d}})
        append(file, value);
    for (const std::uint64_t end : {100, 250}) {
        append(file, end);
        append(file, sha256(as_bytes(std::to_string(end))));
    }
    for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{0}, std::uint64_t{48}, std::uint64_t{16 + 3 * 40},
                                      std::uint64_t{0x4b4f050e5549ecd1}})
        append(file, value);
    const auto good = CasyncIndex::parse(as_bytes(file));
    ASSERT_TRUE(good) << good.error().sentence;
    EXPECT_EQ(good->bytes(), 250U);
    EXPECT_TRUE(good->sha512_256);
    const auto refused = [](const std::string& changed) {
        return reason(CasyncIndex::parse(as_bytes(changed))) == "casync-malformed";
    };
    for (std::size_t length = 0; length < file.size(); ++length)
        EXPECT_TRUE(refused(file.substr(0, length))) << length;
    const auto with = [&](std::size_t at, std::uint64_t value) {
        auto changed = file;
        overwrite(changed, at, value);
        return changed;
    };
    EXPECT_TRUE(refused(with(0, 47)));
    EXPECT_TRUE(refused(with(8, 1)));
    EXPECT_TRUE(refused(with(16, 1))) << "an archive";
    EXPECT_TRUE(refused(with(56, 1)));
    EXPECT_TRUE(refused(with(64, 0))) << "an empty chunk";
    EXPECT_TRUE(refused(with(64, 250))) << "ends that do not grow";
    EXPECT_TRUE(refused(with(104, CasyncIndex::max_chunk_bytes + 101)));
    EXPECT_FALSE(CasyncIndex::parse(as_bytes(with(16, std::uint64_t{9} << 60)))->sha512_256);
}

} // namespace
} // namespace farboot::rootfs
