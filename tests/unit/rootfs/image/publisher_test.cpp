#include "rootfs/image/publisher.hpp"

#include "tests/unit/rootfs/image/store_fixture.hpp"

namespace farboot::rootfs
{
namespace
{

class PublisherTest : public StoreFixture
{
protected:
    /// 6 MB with noise, text and zeros.
    static std::string sample()
    {
        return noise(2 << 20) + text(2 << 20) + std::string(1 << 20, '\0') + text(1'000'001, 2);
    }
};

TEST_F(PublisherTest, AnImageComesBackAsItWas)
{
    for (const auto chunking : {Chunking::content, Chunking::fixed}) {
        const auto published = publish("store", sample(), {.chunking = chunking});
        ASSERT_TRUE(published) << published.error().sentence;
        EXPECT_EQ(published->ref.bytes, sample().size());
        EXPECT_EQ(published->totals.read_bytes, sample().size());
        EXPECT_TRUE(read_back("store", published->ref.manifest) == sample());
        EXPECT_EQ(*Store::open(folder_ / "store")->image(published->ref.manifest), published->ref);
    }
}

TEST_F(PublisherTest, OddSizesComeBackToo)
{
    for (const std::size_t size :
         {std::size_t{1}, std::size_t{65535}, std::size_t{65536}, std::size_t{65537}, std::size_t{17 << 20}}) {
        const auto image = text(size);
        const auto published = publish("store", image);
        ASSERT_TRUE(published) << published.error().sentence;
        EXPECT_TRUE(read_back("store", published->ref.manifest) == image) << size;
    }
    const auto zeros = publish("store", std::string(5 << 20, '\0'));
    ASSERT_TRUE(zeros);
    EXPECT_EQ(zeros->totals.zero_bytes, 5U << 20);
    EXPECT_TRUE(read_back("store", zeros->ref.manifest) == std::string(5 << 20, '\0'));
}

TEST_F(PublisherTest, TheSameBytesGiveTheSameManifestAndPacks)
{
    const auto one = publish("one", sample(), {.workers = 1});
    const auto four = publish("four", sample(), {.workers = 4});
    ASSERT_TRUE(one && four);
    EXPECT_EQ(one->ref, four->ref);
    EXPECT_EQ(Store::open(folder_ / "one")->packs(), Store::open(folder_ / "four")->packs());
}

TEST_F(PublisherTest, ASmallChangeStoresLittle)
{
    auto image = text(20 << 20);
    ASSERT_TRUE(publish("store", image));
    image.insert(10 << 20, "a line that a package update added");
    const auto changed = publish("store", image);
    ASSERT_TRUE(changed);
    EXPECT_LE(changed->totals.new_chunks, 4U);
    EXPECT_GE(changed->totals.new_chunks, 1U);
    EXPECT_GT(changed->totals.known_bytes, 19U << 20);
    EXPECT_TRUE(read_back("store", changed->ref.manifest) == image);
}

TEST_F(PublisherTest, PublishingAgainStoresNothing)
{
    ASSERT_TRUE(publish("store", sample()));
    const auto again = publish("store", sample());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->totals.new_chunks, 0U);
    EXPECT_EQ(again->totals.new_packs, 0U);
}

TEST_F(PublisherTest, PublishingAgainKeepsTheHotList)
{
    const auto image = publish_chunks("store", {1, 2, 3});
    const auto hot = add_hot_pack("store", image, 2);
    ASSERT_EQ(publish_chunks("store", {1, 2, 3}), image);
    EXPECT_EQ(hot_of(store(), image), hot);
    std::filesystem::remove(store().hot_pack(hot.pack.digest));
    ASSERT_EQ(publish_chunks("store", {1, 2, 3}), image);
    EXPECT_TRUE(hot_of(store(), image).rows.empty()) << "a hot pack that is not there";
}

TEST_F(PublisherTest, ARepeatedChunkIsStoredOnce)
{
    const auto part = text(65536);
    const auto published = publish("store", part + part + part, {.chunking = Chunking::fixed});
    ASSERT_TRUE(published);
    EXPECT_EQ(published->totals.new_chunks, 1U);
    EXPECT_TRUE(read_back("store", published->ref.manifest) == part + part + part);
}

TEST_F(PublisherTest, EndsPacksAt32MiB)
{
    const auto image = noise(70 << 20);
    const auto published = publish("store", image, {.zstd_level = 1});
    ASSERT_TRUE(published);
    EXPECT_EQ(published->totals.new_packs, 3U);
    const auto store = *Store::open(folder_ / "store");
    for (const auto& pack : store.packs())
        EXPECT_LE(std::filesystem::file_size(store.pack(pack)), 32U << 20);
}

TEST_F(PublisherTest, AStoppedRunIsGoneOnWith)
{
    const auto image = noise(90 << 20);
    std::stop_source stop;
    PublishOptions options{.zstd_level = 1};
    options.progress = [&](const PublishProgress& progress) {
        if (progress.new_packs == 2)
            stop.request_stop();
    };
    ASSERT_EQ(reason(publish("store", image, options, stop.get_token())), "cancelled");
    EXPECT_TRUE(Store::open(folder_ / "store")->manifests().empty());
    EXPECT_TRUE(std::filesystem::is_empty(folder_ / "store/tmp"));
    const auto again = publish("store", image, {.zstd_level = 1});
    ASSERT_TRUE(again);
    EXPECT_GT(again->totals.known_bytes, 60U << 20);
    EXPECT_TRUE(read_back("store", again->ref.manifest) == image);
}

TEST_F(PublisherTest, ADamagedPackIsStoredAgain)
{
    const auto first = publish("store", sample());
    ASSERT_TRUE(first);
    const auto store = *Store::open(folder_ / "store");
    const auto pack = store.pack(store.packs().at(0));
    alter(pack, 1000);
    const auto complaint = read_back("store", first->ref.manifest);
    EXPECT_NE(complaint.find("altered"), std::string::npos) << complaint;
    EXPECT_NE(complaint.find(store.packs().at(0).hex()), std::string::npos) << "names the pack";

    std::filesystem::remove(pack);
    ASSERT_TRUE(publish("store", sample()));
    EXPECT_TRUE(read_back("store", first->ref.manifest) == sample());
}

TEST_F(PublisherTest, RefusesWhatIsNoRawImage)
{
    EXPECT_EQ(reason(publish("store", "")), "image-size");
    const auto qcow2 = publish("store", "QFI\xfb and more");
    ASSERT_EQ(reason(qcow2), "image-format");
    EXPECT_NE(qcow2.error().sentence.find("qemu-img convert"), std::string::npos);
    auto writer = StoreWriter::open(folder_ / "store");
    EXPECT_EQ(reason(publish_image(*writer, folder_ / "none", {})), "not-found");
}

} // namespace
} // namespace farboot::rootfs
