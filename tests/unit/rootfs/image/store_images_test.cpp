#include "rootfs/image/store_images.hpp"

#include "rootfs/image/image_copier.hpp"
#include "rootfs/image/predecessor.hpp"
#include "rootfs/image/store_cleaner.hpp"
#include "rootfs/image/store_intake.hpp"
#include "tests/unit/rootfs/image/store_fixture.hpp"

#include <gmock/gmock.h>

namespace farboot::rootfs
{
namespace
{

using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;

constexpr std::int64_t day = 24 * 60 * 60;

class StoreImages : public StoreFixture
{
protected:
    StoreWriter writer() { return *StoreWriter::open(folder_ / "store"); }
    bool retire(const Digest& image, std::int64_t now)
    {
        auto opened = writer();
        return retire_image(opened, image, now).value();
    }
    Result<CleanReport> clean(std::int64_t now, CleanOptions options = {})
    {
        options.now = now;
        auto opened = writer();
        return clean_store(opened, options);
    }
    [[nodiscard]] std::vector<Digest> images() const { return images_of(store()).value(); }
    /// What a PC gets, which knows nothing of the list: by the manifest's digest and the locator that lies there now.
    [[nodiscard]] std::string read_by_pc(const Digest& digest) const
    {
        return bytes_of(LocalImage::open(store(), digest, RetiredList()));
    }
    /// The files that lead to an image.
    [[nodiscard]] std::vector<std::string> named(const Digest& image) const
    {
        return {locator_path(image), manifest_path(image)};
    }
    static std::vector<std::string> paths(const std::vector<CleanReport::File>& files)
    {
        std::vector<std::string> list;
        for (const auto& file : files)
            list.push_back(file.path);
        return list;
    }
};

TEST_F(StoreImages, ARemovedImageIsReadOnUntilItsTimeIsOver)
{
    // Less than half of the removed image's pack is needed by the other one, so it is emptied, too.
    const auto removed = publish_chunks("store", {1, 2, 3, 4, 5});
    const auto kept = publish_chunks("store", {2, 10, 11});
    const auto hot = add_hot_pack("store", removed, 3);
    EXPECT_TRUE(retire(removed, 100 * day));
    EXPECT_THAT(images(), ElementsAre(kept));
    EXPECT_EQ(reason(LocalImage::open(store(), removed)), "not-found");
    EXPECT_FALSE(retire(removed, 101 * day)) << "it has been removed";

    EXPECT_TRUE(read_by_pc(removed) == image_of({1, 2, 3, 4, 5}));
    const auto first = clean(105 * day);
    ASSERT_TRUE(first) << first.error().sentence;
    EXPECT_EQ(first->rewritten_packs, 1U);
    EXPECT_THAT(first->deleted, IsEmpty());
    EXPECT_THAT(paths(first->waiting), IsSupersetOf(named(removed)));
    EXPECT_TRUE(read_by_pc(removed) == image_of({1, 2, 3, 4, 5}));
    EXPECT_TRUE(std::filesystem::exists(store().hot_pack(hot.pack.digest)));
    ASSERT_THAT(clean(114 * day - 1)->deleted, IsEmpty());
    EXPECT_TRUE(read_by_pc(removed) == image_of({1, 2, 3, 4, 5}));

    const auto packs = LocalImage::open(store(), removed, RetiredList())->locator().packs();
    EXPECT_THAT(paths(clean(114 * day)->deleted), ElementsAre(locator_path(removed), manifest_path(removed)))
        << "the time runs from the removal; its packs were needless a few days later";
    EXPECT_THAT(paths(clean(119 * day)->deleted),
                ElementsAre(hot_pack_path(hot.pack.digest), pack_path(packs.at(0).digest)));
    EXPECT_TRUE(RetiredList::load(store())->entries().empty());
    EXPECT_TRUE(read_back("store", kept) == image_of({2, 10, 11}));
}

TEST_F(StoreImages, NoLocatorIsLeftThatLeadsToWhatIsGone)
{
    const auto image = publish_chunks("store", {1, 2});
    add_hot_pack("store", image, 1);
    retire(image, day);
    const auto deleted = clean(day, {.keep_days = 0})->deleted;
    ASSERT_EQ(deleted.size(), 4U);
    EXPECT_EQ(deleted.front().path, locator_path(image));
}

TEST_F(StoreImages, PublishingItAgainBringsItBack)
{
    const auto image = publish_chunks("store", {1, 2, 3});
    for (const bool cleaned : {false, true}) {
        ASSERT_TRUE(retire(image, 100 * day));
        if (cleaned) {
            ASSERT_FALSE(clean(101 * day)->waiting.empty());
        }
        EXPECT_EQ(publish_chunks("store", {1, 2, 3}), image);
        EXPECT_THAT(images(), ElementsAre(image));
        EXPECT_TRUE(RetiredList::load(store())->entries().empty());
        EXPECT_TRUE(read_back("store", image) == image_of({1, 2, 3}));
    }
    EXPECT_THAT(clean(200 * day)->deleted, IsEmpty());
    EXPECT_TRUE(read_back("store", image) == image_of({1, 2, 3}));
}

/// As after a kill between a new manifest and its locator.
TEST_F(StoreImages, APublishingThatWasKilledLeavesItRemoved)
{
    const auto image = publish_chunks("store", {1, 2, 3});
    ASSERT_TRUE(retire(image, 100 * day));
    {
        auto opened = writer();
        ASSERT_TRUE(opened.write(store().manifest(image), as_bytes(*read_file(store().manifest(image), 1 << 20))));
    }
    EXPECT_THAT(images(), IsEmpty());
    EXPECT_EQ(reason(LocalImage::open(store(), image)), "not-found");
    ASSERT_TRUE(clean(101 * day));
    EXPECT_TRUE(read_by_pc(image) == image_of({1, 2, 3}));
}

TEST_F(StoreImages, NothingNewIsBuiltOnARemovedOne)
{
    const auto old = publish_chunks("store", {1, 2, 3});
    const auto pack = packs_of("store", old).at(0);
    add_hot_pack("store", old, 1);
    ASSERT_TRUE(retire(old, day));
    ASSERT_TRUE(clean(day));
    const auto image = publish_chunks("store", {1, 2, 4});
    EXPECT_THAT(packs_of("store", image), testing::Not(testing::Contains(pack)));
    auto opened = writer();
    EXPECT_FALSE(inherit_from_store(opened, image)->has_value());
    auto other = *StoreWriter::open(folder_ / "other");
    auto index = *ChunkIndex::open(other.store());
    const auto from = store();
    ImageCopier copier(from, other, index);
    EXPECT_EQ(reason(copier.copy(old, {}, {})), "not-found");
}

TEST_F(StoreImages, AnUploadBringsItBack)
{
    const auto image = publish_chunks("store", {1, 2, 3});
    const auto manifest = *read_file(store().manifest(image), 1 << 20);
    ASSERT_TRUE(retire(image, day));
    StoreIntake intake(folder_ / "store");
    EXPECT_EQ(reason(intake.lacking(image, 0, 10)), "not-found") << "so its manifest is sent again";
    EXPECT_EQ(reason(intake.locate(image, {})), "not-found");
    auto file = *intake.begin();
    ASSERT_TRUE(file.write(as_bytes(manifest)));
    ASSERT_TRUE(intake.take_manifest(std::move(file), image));
    EXPECT_FALSE(intake.lacking(image, 0, 10)->located);
    EXPECT_THAT(intake.lacking(image, 0, 10)->gaps, IsEmpty());
    ASSERT_TRUE(intake.locate(image, {}));
    EXPECT_TRUE(intake.lacking(image, 0, 10)->located);
    EXPECT_TRUE(RetiredList::load(store())->entries().empty());
    EXPECT_THAT(clean(100 * day)->deleted, IsEmpty());
    EXPECT_TRUE(read_back("store", image) == image_of({1, 2, 3}));
}

TEST_F(StoreImages, AtOnceItIsGoneAtOnce)
{
    const auto removed = publish_chunks("store", {1, 2});
    const auto retired = publish_chunks("store", {3, 4});
    ASSERT_TRUE(retire(retired, day));
    auto opened = writer();
    for (const auto& image : {removed, retired}) {
        EXPECT_TRUE(*delete_image(opened, image));
        EXPECT_FALSE(std::filesystem::exists(store().locator(image)));
        EXPECT_FALSE(std::filesystem::exists(store().manifest(image)));
        EXPECT_FALSE(*delete_image(opened, image));
    }
    EXPECT_TRUE(RetiredList::load(store())->entries().empty());
}

TEST_F(StoreImages, OneThatARecordNamesIsNotCleanedUp)
{
    const auto image = publish_chunks("store", {1, 2});
    ASSERT_TRUE(retire(image, day));
    RecordNeeds records;
    records.images.emplace(image, "r.dsse");
    const auto refused = clean(100 * day, {.keep_days = 0, .records = records});
    ASSERT_EQ(reason(refused), "image-needed");
    EXPECT_NE(refused.error().sentence.find("r.dsse"), std::string::npos);
    EXPECT_TRUE(read_by_pc(image) == image_of({1, 2}));
    {
        auto opened = writer();
        ASSERT_TRUE(delete_image(opened, image));
    }
    EXPECT_TRUE(clean(100 * day, {.keep_days = 0, .records = records}));
}

TEST_F(StoreImages, ADamagedOneIsRemovedToo)
{
    const auto image = publish_chunks("store", {1, 2});
    put("store/v1/locators/" + image.hex(), "no locator");
    ASSERT_EQ(reason(clean(day)), "image-unreadable");
    ASSERT_TRUE(retire(image, day));
    EXPECT_EQ(clean(day, {.keep_days = 0})->deleted.size(), 3U);
}

} // namespace
} // namespace farboot::rootfs
