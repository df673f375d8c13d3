#include "rootfs/image/store_writer.hpp"

#include "tests/unit/rootfs/image/sample.hpp"

namespace farboot::rootfs
{
namespace
{

using StoreTest = FolderTest;

TEST_F(StoreTest, IsMadeByItsWriter)
{
    EXPECT_EQ(reason(Store::open(folder_ / "store")), "not-found");
    ASSERT_TRUE(StoreWriter::open(folder_ / "store"));
    const auto store = Store::open(folder_ / "store");
    ASSERT_TRUE(store);
    EXPECT_TRUE(store->manifests().empty());
    EXPECT_TRUE(store->packs().empty());
}

TEST_F(StoreTest, OfAnotherVersionIsRefused)
{
    std::filesystem::create_directories(folder_ / "v2");
    EXPECT_EQ(reason(Store::open(folder_)), "version-unknown");
    EXPECT_EQ(reason(StoreWriter::open(folder_)), "version-unknown");
}

TEST_F(StoreTest, HasOneWriterAtATime)
{
    {
        const auto first = StoreWriter::open(folder_);
        ASSERT_TRUE(first);
        EXPECT_EQ(reason(StoreWriter::open(folder_)), "store-busy");
    }
    EXPECT_TRUE(StoreWriter::open(folder_));
}

TEST_F(StoreTest, TakesWholeFilesByTheirDigest)
{
    auto writer = StoreWriter::open(folder_ / "store");
    ASSERT_TRUE(writer);
    const auto data = noise(3'000'001);
    const auto ref = writer->add_file(put("kernel", data));
    ASSERT_TRUE(ref) << ref.error().sentence;
    EXPECT_EQ(ref->size, data.size());
    EXPECT_EQ(ref->digest, sha256(as_bytes(data)));
    EXPECT_EQ(*read_file(writer->store().file(ref->digest), 1 << 24), data);
    EXPECT_EQ(reason(writer->add_file(put("empty", ""))), "file-size");
    EXPECT_EQ(reason(writer->add_file(folder_ / "none")), "not-found");
}

TEST_F(StoreTest, ForgetsWhatAKilledWriterLeft)
{
    ASSERT_TRUE(StoreWriter::open(folder_));
    put("tmp/.part-abcdef", "half a pack");
    ASSERT_TRUE(StoreWriter::open(folder_));
    EXPECT_TRUE(std::filesystem::is_empty(folder_ / "tmp"));
}

TEST_F(StoreTest, SaysWhatARecordNeedsOfAnImage)
{
    auto writer = StoreWriter::open(folder_);
    ManifestBuilder builder(4);
    auto built = small_manifest(builder);
    const auto path = writer->store().manifest(built.ref.manifest);
    ASSERT_TRUE(writer->write(path, as_bytes(built.file)));
    EXPECT_EQ(*writer->store().image(built.ref.manifest), built.ref);
    EXPECT_EQ(writer->store().manifests(), std::vector{built.ref.manifest});
    EXPECT_EQ(reason(writer->store().image({})), "not-found");

    built.file[45] = 'X';
    ASSERT_TRUE(writer->write(path, as_bytes(built.file)));
    EXPECT_EQ(reason(writer->store().image(built.ref.manifest)), "digest-mismatch");
    overwrite(built.file, 32, std::uint32_t{0xffffffff});
    ASSERT_TRUE(writer->write(path, as_bytes(built.file)));
    EXPECT_EQ(reason(writer->store().image(built.ref.manifest)), "manifest-malformed");
    ASSERT_TRUE(writer->write(path, as_bytes("FB")));
    EXPECT_EQ(reason(writer->store().image(built.ref.manifest)), "truncated");
}

} // namespace
} // namespace farboot::rootfs
