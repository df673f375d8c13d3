#include "rootfs/image/store_cleaner.hpp"

#include "rootfs/image/store_needs.hpp"
#include "tests/unit/rootfs/image/store_fixture.hpp"

#include <gmock/gmock.h>

namespace farboot::rootfs
{
namespace
{

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr std::int64_t day = 24 * 60 * 60;

class StoreCleanerTest : public StoreFixture
{
protected:
    Result<CleanReport> clean(std::int64_t now, CleanOptions options = {}, const std::stop_token& stop = {})
    {
        options.now = now;
        auto writer = StoreWriter::open(folder_ / "store");
        EXPECT_TRUE(writer);
        return clean_store(*writer, options, stop);
    }
    void remove(const Digest& image)
    {
        std::filesystem::remove(store().locator(image));
        std::filesystem::remove(store().manifest(image));
    }
    static std::vector<std::string> paths(const std::vector<CleanReport::File>& files)
    {
        std::vector<std::string> list;
        for (const auto& file : files)
            list.push_back(file.path);
        return list;
    }
    /// Path and bytes of everything in v1 and of the list of what is retired.
    std::map<std::string, std::string> everything()
    {
        std::map<std::string, std::string> all{
            {"retired", read_file(folder_ / "store/retired.json", 1 << 20).value_or("")}};
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "store/v1"))
            if (entry.is_regular_file())
                all.emplace(entry.path().string(), *read_file(entry.path(), 1 << 30));
        return all;
    }
};

TEST_F(StoreCleanerTest, WhatNoImageNeedsWaitsAndIsThenDeleted)
{
    const auto kept = publish_chunks("store", {1, 2, 3});
    const auto removed = publish_chunks("store", {4, 5, 6});
    const auto dead = packs_of("store", removed);
    ASSERT_EQ(dead.size(), 1U);
    remove(removed);

    const auto first = clean(100 * day);
    ASSERT_TRUE(first) << first.error().sentence;
    EXPECT_THAT(paths(first->waiting), ElementsAre(pack_path(dead[0])));
    EXPECT_EQ(first->waiting[0].until, 114 * day);
    EXPECT_EQ(first->waiting[0].bytes, std::filesystem::file_size(store().pack(dead[0])));
    EXPECT_THAT(first->deleted, IsEmpty());
    const auto second = clean(114 * day - 1);
    EXPECT_EQ(second->waiting.at(0).until, 114 * day) << "the time runs from the first run";
    ASSERT_TRUE(std::filesystem::exists(store().pack(dead[0])));

    const auto third = clean(114 * day);
    EXPECT_THAT(paths(third->deleted), ElementsAre(pack_path(dead[0])));
    EXPECT_THAT(third->waiting, IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(store().pack(dead[0])));
    EXPECT_TRUE(RetiredList::load(store())->entries().empty());
    EXPECT_TRUE(read_back("store", kept) == image_of({1, 2, 3}));
    EXPECT_THAT(clean(200 * day)->deleted, IsEmpty());
}

TEST_F(StoreCleanerTest, NeededChunksMoveOutOfPacksThatAreMostlyDead)
{
    const auto old = publish_chunks("store", {1, 2, 3, 4, 5});
    const auto a = publish_chunks("store", {2, 10, 11, 12, 2});
    const auto b = publish_chunks("store", {4, 2});
    const auto sparse = packs_of("store", old);
    const auto hot = add_hot_pack("store", a, 2);
    remove(old);

    const auto cleaned = clean(day);
    ASSERT_TRUE(cleaned) << cleaned.error().sentence;
    EXPECT_EQ(cleaned->rewritten_packs, 1U);
    EXPECT_EQ(cleaned->moved_bytes, 2 * chunk_bytes);
    EXPECT_EQ(cleaned->new_packs, 1U);
    EXPECT_EQ(cleaned->rewritten_locators, 2U);
    EXPECT_THAT(paths(cleaned->waiting), ElementsAre(pack_path(sparse.at(0))));
    EXPECT_EQ(hot_of(store(), a), hot) << "the hot list stays";
    EXPECT_EQ(hot_list_of(store(), a), hot) << "and so does the hot pack";
    EXPECT_THAT(packs_of("store", a), Not(Contains(sparse[0])));
    EXPECT_THAT(packs_of("store", b), Not(Contains(sparse[0])));

    const auto deleted = clean(15 * day);
    EXPECT_THAT(paths(deleted->deleted), ElementsAre(pack_path(sparse[0])));
    EXPECT_EQ(deleted->rewritten_packs, 0U);
    EXPECT_TRUE(read_back("store", a) == image_of({2, 10, 11, 12, 2}));
    EXPECT_TRUE(read_back("store", b) == image_of({4, 2}));
    EXPECT_EQ(publish("store", image_of({2, 4}), {.chunking = Chunking::fixed})->totals.new_chunks, 0U)
        << "the moved chunks are known";
}

TEST_F(StoreCleanerTest, PacksAboveTheThresholdStay)
{
    const auto old = publish_chunks("store", {1, 2, 3, 4});
    publish_chunks("store", {1, 2, 3, 9});
    remove(old);
    EXPECT_EQ(clean(day)->rewritten_packs, 0U);
    EXPECT_EQ(clean(day, {.live_percent = 80})->rewritten_packs, 1U);
    EXPECT_EQ(clean(day, {.live_percent = 100})->rewritten_packs, 0U) << "packs without a dead chunk stay at any";
}

/// As after a kill: what clean had written so far is there, and the rest is as it was.
TEST_F(StoreCleanerTest, AKilledRunIsCompletedByTheNext)
{
    const auto old = publish_chunks("store", {1, 2, 3, 4, 5});
    const auto a = publish_chunks("store", {2, 10, 11});
    const auto b = publish_chunks("store", {4, 12, 13});
    remove(old);
    const auto before = everything();
    ASSERT_EQ(clean(day)->rewritten_locators, 2U);
    const auto after = everything();

    const auto put_back = [&](const std::filesystem::path& path) {
        ASSERT_TRUE(write_file(path, as_bytes(before.at(path.string()))));
    };
    // All is moved, but what is retired was not noted: nothing is to be moved.
    std::filesystem::remove(folder_ / "store/retired.json");
    EXPECT_EQ(clean(day)->rewritten_packs, 0U);
    EXPECT_EQ(everything(), after);
    // No locator was rewritten.
    std::filesystem::remove(folder_ / "store/retired.json");
    put_back(store().locator(a));
    put_back(store().locator(b));
    EXPECT_EQ(clean(day)->rewritten_locators, 2U);
    EXPECT_EQ(everything(), after) << "not even another pack";
    // One of two was. Whatever the packs are now, both images are whole and nothing more is to be done.
    std::filesystem::remove(folder_ / "store/retired.json");
    put_back(store().locator(b));
    EXPECT_EQ(clean(day)->rewritten_packs, 1U);
    EXPECT_EQ(clean(day)->rewritten_packs, 0U);
    ASSERT_FALSE(clean(100 * day)->deleted.empty());
    EXPECT_TRUE(read_back("store", a) == image_of({2, 10, 11}));
    EXPECT_TRUE(read_back("store", b) == image_of({4, 12, 13}));
}

TEST_F(StoreCleanerTest, AStopLeavesEveryImageWhole)
{
    const auto old = publish_chunks("store", {1, 2, 3, 4, 5});
    const auto a = publish_chunks("store", {2, 10, 11});
    remove(old);
    std::stop_source stop;
    CleanOptions options;
    options.moving = [&](std::uint64_t, std::uint64_t) { stop.request_stop(); };
    EXPECT_EQ(reason(clean(day, options, stop.get_token())), "cancelled");
    EXPECT_TRUE(read_back("store", a) == image_of({2, 10, 11}));
    EXPECT_EQ(clean(day)->rewritten_locators, 1U);
    EXPECT_TRUE(read_back("store", a) == image_of({2, 10, 11}));
}

TEST_F(StoreCleanerTest, ADryRunChangesNothing)
{
    const auto old = publish_chunks("store", {1, 2, 3, 4, 5});
    publish_chunks("store", {2, 10, 11});
    remove(publish_chunks("store", {20}));
    ASSERT_TRUE(clean(day));
    remove(old);
    const auto before = everything();
    const auto planned = clean(15 * day, {.dry_run = true});
    ASSERT_TRUE(planned);
    EXPECT_EQ(planned->rewritten_packs, 1U);
    EXPECT_EQ(planned->waiting.size(), 1U);
    EXPECT_EQ(planned->deleted.size(), 1U);
    EXPECT_EQ(everything(), before);
    const auto done = clean(15 * day);
    EXPECT_EQ(paths(done->deleted), paths(planned->deleted));
    EXPECT_EQ(paths(done->waiting), paths(planned->waiting));
}

TEST_F(StoreCleanerTest, WhatIsNeededAgainStays)
{
    const auto image = publish_chunks("store", {1, 2, 3});
    const auto pack = packs_of("store", image).at(0);
    const auto manifest = *read_file(store().manifest(image), 1 << 20);
    const auto locator = *read_file(store().locator(image), 1 << 20);
    remove(image);
    ASSERT_EQ(clean(day)->waiting.size(), 1U);
    // As an admin would from a backup.
    ASSERT_TRUE(write_file(store().manifest(image), as_bytes(manifest)));
    ASSERT_TRUE(write_file(store().locator(image), as_bytes(locator)));
    const auto again = clean(100 * day);
    EXPECT_THAT(again->used_again, ElementsAre(pack_path(pack)));
    EXPECT_THAT(again->deleted, IsEmpty());
    EXPECT_TRUE(read_back("store", image) == image_of({1, 2, 3}));
}

TEST_F(StoreCleanerTest, PublishingUsesNoRetiredPack)
{
    const auto first = publish_chunks("store", {1, 2, 3});
    const auto pack = packs_of("store", first).at(0);
    remove(first);
    ASSERT_TRUE(clean(day));
    const auto second = publish_chunks("store", {4, 2});
    EXPECT_THAT(packs_of("store", second), Not(Contains(pack)));
    // The very same pack is written again, and so retired no more.
    EXPECT_EQ(publish_chunks("store", {1, 2, 3}), first);
    const auto deleted = clean(100 * day);
    EXPECT_TRUE(read_back("store", first) == image_of({1, 2, 3}));
    EXPECT_TRUE(read_back("store", second) == image_of({4, 2}));
}

TEST_F(StoreCleanerTest, HotPacksStayAsLongAsALocatorNamesThem)
{
    const auto image = publish_chunks("store", {1, 2, 3});
    const auto first = add_hot_pack("store", image, 1);
    EXPECT_THAT(clean(day)->waiting, IsEmpty());
    const auto second = add_hot_pack("store", image, 3);
    EXPECT_THAT(paths(clean(day)->waiting), ElementsAre(hot_pack_path(first.pack.digest)));
    ASSERT_THAT(paths(clean(100 * day)->deleted), ElementsAre(hot_pack_path(first.pack.digest)));
    EXPECT_EQ(hot_list_of(store(), image), second);
}

TEST_F(StoreCleanerTest, FilesGoOnlyWhenTheRecordsAreKnown)
{
    std::string needed;
    std::string other;
    RecordNeeds records;
    {
        auto writer = *StoreWriter::open(folder_ / "store");
        const auto kernel = writer.add_file(put("kernel", "kernel"))->digest;
        records.files.emplace(kernel, "r.dsse");
        needed = writer.store().relative(writer.store().file(kernel));
        other = writer.store().relative(writer.store().file(writer.add_file(put("old", "old kernel"))->digest));
    }
    EXPECT_THAT(clean(day)->waiting, IsEmpty());
    EXPECT_THAT(paths(clean(day, {.records = records})->waiting), ElementsAre(other));
    const auto without = clean(100 * day);
    EXPECT_THAT(paths(without->waiting), ElementsAre(other)) << "a newer record may name it";
    EXPECT_THAT(paths(clean(100 * day, {.records = records})->deleted), ElementsAre(other));
    EXPECT_TRUE(std::filesystem::exists(folder_ / "store" / needed));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "store" / other));
}

TEST_F(StoreCleanerTest, ManifestsWithoutALocatorAreRetired)
{
    const auto image = publish_chunks("store", {1});
    std::filesystem::remove(store().locator(image));
    RecordNeeds records;
    records.images.emplace(image, "r.dsse");
    const auto refused = clean(day, {.records = records});
    ASSERT_EQ(reason(refused), "image-unreadable");
    EXPECT_NE(refused.error().sentence.find("r.dsse"), std::string::npos);
    EXPECT_THAT(paths(clean(day)->waiting), Contains("v1/manifests/" + image.hex()));
    EXPECT_EQ(publish_chunks("store", {1}), image);
    EXPECT_THAT(clean(100 * day)->deleted, IsEmpty());
}

TEST_F(StoreCleanerTest, NothingIsDoneAsLongAsAnImageCannotBeRead)
{
    const auto old = publish_chunks("store", {1, 2, 3, 4, 5});
    publish_chunks("store", {2, 10, 11});
    const auto image = publish_chunks("store", {20});
    remove(old);
    const auto locator = *read_file(store().locator(image), 1 << 20);
    // Its pack's name, which no check covers, and its only entry.
    for (const std::size_t at : {std::size_t{100}, locator.size() - 1}) {
        alter(store().locator(image), at);
        const auto before = everything();
        const auto refused = clean(day, {.keep_days = 0});
        ASSERT_EQ(reason(refused), "image-unreadable") << at;
        EXPECT_NE(refused.error().sentence.find(image.hex()), std::string::npos);
        EXPECT_EQ(everything(), before);
        ASSERT_TRUE(write_file(store().locator(image), as_bytes(locator)));
    }
    EXPECT_FALSE(clean(day, {.keep_days = 0})->deleted.empty());
}

TEST_F(StoreCleanerTest, ADamagedPackIsLeftAlone)
{
    const auto old = publish_chunks("store", {1, 2, 3, 4, 5});
    const auto a = publish_chunks("store", {1, 10, 11});
    const auto pack = packs_of("store", old).at(0);
    remove(old);
    alter(store().pack(pack), pack_header_bytes + 10); // in chunk 1
    const auto cleaned = clean(day, {.keep_days = 0});
    ASSERT_TRUE(cleaned) << cleaned.error().sentence;
    ASSERT_FALSE(cleaned->damaged.empty());
    EXPECT_NE(cleaned->damaged.back().sentence.find(pack.hex()), std::string::npos);
    EXPECT_THAT(packs_of("store", a), Contains(pack));
    EXPECT_TRUE(std::filesystem::exists(store().pack(pack)));
}

/// A chunk lies in two packs, and the index knows the one that is damaged: the good one must not be given up for it.
TEST_F(StoreCleanerTest, TheLastGoodCopyOfAChunkIsKept)
{
    const auto old = publish_chunks("store", {1, 2, 3, 4, 5});
    const auto a = publish_chunks("store", {1, 10, 11});
    const auto good = packs_of("store", old).at(0);
    const auto b = publish_chunks("elsewhere", {1, 30});
    const auto bad = packs_of("elsewhere", b).at(0);
    for (const auto* part : {"manifests", "locators", "packs"})
        std::filesystem::copy(folder_ / "elsewhere/v1" / part, folder_ / "store/v1" / part,
                              std::filesystem::copy_options::recursive);
    ASSERT_TRUE(ChunkIndex::open(store())); // it knows the newer place now
    alter(store().pack(bad), pack_header_bytes + 10);
    remove(old);
    const auto cleaned = clean(day, {.keep_days = 0});
    ASSERT_TRUE(cleaned);
    EXPECT_THAT(paths(cleaned->deleted), ElementsAre(pack_path(good)));
    EXPECT_TRUE(read_back("store", a) == image_of({1, 10, 11}));
}

} // namespace
} // namespace farboot::rootfs
