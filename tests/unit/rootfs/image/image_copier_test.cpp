#include "rootfs/image/image_copier.hpp"

#include "rootfs/image/image_diff.hpp"
#include "tests/unit/rootfs/image/store_fixture.hpp"

#include <gmock/gmock.h>

namespace farboot::rootfs
{
namespace
{

class ImageCopierTest : public StoreFixture
{
protected:
    Result<CopyProgress> copy(const Digest& image, const std::function<void(const CopyProgress&)>& progress = {},
                              const std::stop_token& stop = {})
    {
        auto writer = *StoreWriter::open(folder_ / "to");
        auto index = *ChunkIndex::open(writer.store());
        return ImageCopier(store(), writer, index).copy(image, progress, stop);
    }
};

TEST_F(ImageCopierTest, WholePacksBecomeTheSamePacks)
{
    const auto image = publish("store", noise(40 << 20), {.zstd_level = 1})->ref.manifest;
    std::vector<std::uint64_t> seen;
    const auto copied = copy(image, [&](const CopyProgress& now) { seen.push_back(now.copied_bytes); });
    ASSERT_TRUE(copied) << copied.error().sentence;
    EXPECT_EQ(copied->new_packs, 2U);
    EXPECT_EQ(copied->copied_bytes, 40U << 20);
    EXPECT_EQ(copied->total_bytes, 40U << 20);
    EXPECT_EQ(seen.size(), 2U);
    EXPECT_TRUE(std::ranges::is_sorted(seen));
    EXPECT_EQ(store("to").packs(), store().packs());
    EXPECT_TRUE(read_back("to", image) == noise(40 << 20));
}

TEST_F(ImageCopierTest, CopiesOnlyWhatTheOtherStoreLacks)
{
    publish_chunks("store", {1, 2, 3, 4});
    const auto image = publish_chunks("store", {3, 9, 4, 3});
    publish_chunks("to", {20, 4});
    const auto copied = copy(image);
    ASSERT_TRUE(copied) << copied.error().sentence;
    EXPECT_EQ(copied->copied_bytes, 2 * chunk_bytes) << "chunks 3 and 9";
    EXPECT_EQ(copied->known_bytes, chunk_bytes) << "chunk 4";
    EXPECT_TRUE(read_back("to", image) == image_of({3, 9, 4, 3}));
    EXPECT_EQ(store("to").image(image)->bytes, 4 * chunk_bytes);
    std::uint64_t bytes = 0;
    for (const auto& pack : store("to").packs())
        bytes += std::filesystem::file_size(store("to").pack(pack));
    EXPECT_LT(bytes, 5 * chunk_bytes) << "chunks 1 and 2 stayed behind";

    const auto again = copy(image);
    EXPECT_EQ(again->copied_bytes, 0U);
    EXPECT_EQ(again->new_packs, 0U);
}

TEST_F(ImageCopierTest, HotPacksComeAlong)
{
    const auto image = publish_chunks("store", {1, 2, 3});
    ASSERT_TRUE(copy(image));
    const auto hot = add_hot_pack("store", image, 2);
    ASSERT_FALSE(copy(image)->hot_pack_left);
    EXPECT_EQ(hot_of(store("to"), image), hot);
    EXPECT_EQ(hot_list_of(store("to"), image), hot);
    EXPECT_EQ(publish_chunks("store", {1, 2, 3}), image);

    alter(store().hot_pack(hot.pack.digest), 20);
    std::filesystem::remove_all(folder_ / "to");
    const auto without = copy(image);
    ASSERT_TRUE(without) << without.error().sentence;
    EXPECT_TRUE(without->hot_pack_left);
    EXPECT_TRUE(hot_of(store("to"), image).rows.empty());
    EXPECT_TRUE(store("to").hot_packs().empty());
    EXPECT_TRUE(read_back("to", image) == image_of({1, 2, 3}));
}

TEST_F(ImageCopierTest, AnImageThatIsThereKeepsItsHotList)
{
    const auto image = publish_chunks("store", {1, 2, 3});
    ASSERT_TRUE(copy(image));
    const auto hot = add_hot_pack("to", image, 2);
    ASSERT_TRUE(copy(image));
    EXPECT_EQ(hot_of(store("to"), image), hot);
}

TEST_F(ImageCopierTest, ADamagedChunkIsNotSpread)
{
    const auto image = publish_chunks("store", {1, 2, 3});
    const auto pack = packs_of("store", image).at(0);
    alter(store().pack(pack), pack_header_bytes + chunk_bytes + 5);
    const auto copied = copy(image);
    ASSERT_EQ(reason(copied), "digest-mismatch");
    EXPECT_NE(copied.error().sentence.find(pack.hex()), std::string::npos);
    EXPECT_TRUE(store("to").packs().empty());
    EXPECT_TRUE(store("to").manifests().empty());
    EXPECT_EQ(reason(copy(sha256({}))), "not-found");
}

TEST_F(ImageCopierTest, AStoppedCopyGoesOn)
{
    const auto image = publish("store", noise(40 << 20), {.zstd_level = 1})->ref.manifest;
    std::stop_source stop;
    ASSERT_EQ(reason(copy(image, [&](const CopyProgress&) { stop.request_stop(); }, stop.get_token())), "cancelled");
    EXPECT_TRUE(store("to").manifests().empty());
    EXPECT_EQ(store("to").packs().size(), 1U);
    const auto again = copy(image);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->known_bytes + again->copied_bytes, 40U << 20);
    EXPECT_GT(again->known_bytes, 10U << 20);
    EXPECT_TRUE(read_back("to", image) == noise(40 << 20));
}

using ImageDiffTest = StoreFixture;

TEST_F(ImageDiffTest, CountsEachChunkOnce)
{
    const auto a = publish_chunks("store", {1, 2, 3, 1});
    const auto b = publish_chunks("store", {3, 4, 4, 5, 6, 2});
    const auto diff = diff_images(*LocalImage::open(store(), a), *LocalImage::open(store(), b));
    ASSERT_TRUE(diff);
    const auto part = [](std::uint64_t chunks) {
        return ImageDiff::Part{chunks, chunks * chunk_bytes, chunks * chunk_bytes};
    };
    EXPECT_EQ(diff->shared, part(2));
    EXPECT_EQ(diff->only_a, part(1));
    EXPECT_EQ(diff->only_b, part(3));
    EXPECT_EQ(diff->fetch_bytes, 3 * chunk_bytes + std::filesystem::file_size(store().manifest(b)) +
                                     std::filesystem::file_size(store().locator(b)));
}

TEST_F(ImageDiffTest, CompressedAndPlainBytesDiffer)
{
    const auto a = publish("store", std::string(100'000, '\0'))->ref.manifest;
    const auto b = publish("store", text(1 << 20) + std::string(100'000, '\0'))->ref.manifest;
    const auto diff = diff_images(*LocalImage::open(store(), a), *LocalImage::open(store(), b));
    EXPECT_EQ(diff->shared.chunks, 0U) << "zeros cost nothing";
    EXPECT_EQ(diff->only_b.plain_bytes, 1U << 20);
    EXPECT_LT(diff->only_b.stored_bytes, 700'000U);
    EXPECT_GT(diff->only_b.stored_bytes, 400'000U);
}

} // namespace
} // namespace farboot::rootfs
