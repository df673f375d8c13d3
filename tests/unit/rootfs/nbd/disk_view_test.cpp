#include "rootfs/nbd/disk_view.hpp"

#include "tests/unit/rootfs/nbd/disk_fixture.hpp"

namespace farboot::rootfs
{
namespace
{

/// The fixture's cache is the other reader's.
class DiskViewTest : public DiskCacheTest
{
protected:
    void SetUp() override
    {
        DiskCacheTest::SetUp();
        auto opened = DiskView::open(folder_, {});
        ASSERT_TRUE(opened) << opened.error().sentence;
        view_ = std::move(*opened);
    }
    [[nodiscard]] bool sees(unsigned number)
    {
        const auto found = view_->find(digest(number), chunk_bytes);
        EXPECT_TRUE(!found || *found == *chunk(number)) << "a wrong byte";
        return found != nullptr;
    }

    std::unique_ptr<DiskView> view_;
};

TEST_F(DiskViewTest, SeesWhatIsThereAndWhatComes)
{
    EXPECT_FALSE(sees(1));
    put(1);
    EXPECT_TRUE(sees(1));
    EXPECT_FALSE(sees(2));
    put(2);
    EXPECT_TRUE(view_->contains(digest(2)));
    EXPECT_TRUE(sees(2));
    EXPECT_EQ(view_->find(digest(2), chunk_bytes - 1), nullptr) << "another length";
    EXPECT_EQ(view_->chunks(), 2);
    auto later = DiskView::open(folder_);
    ASSERT_TRUE(later);
    EXPECT_EQ((*later)->chunks(), 2);
}

TEST_F(DiskViewTest, FollowsWhenSegmentsAreFilledAnew)
{
    for (unsigned i = 0; i < 300; ++i) {
        put(i);
        ASSERT_TRUE(sees(i)) << i;
    }
    EXPECT_FALSE(sees(0));
    EXPECT_TRUE(sees(299));
    EXPECT_EQ(view_->chunks(), cache_->status().chunks);
}

TEST_F(DiskViewTest, WhatWasWrittenOverUnseenIsNotThere)
{
    put(0);
    auto rare = DiskView::open(folder_, std::chrono::hours(1));
    ASSERT_TRUE(rare);
    EXPECT_TRUE((*rare)->contains(digest(0)));
    for (unsigned i = 1; i < 300; ++i)
        put(i);
    EXPECT_EQ((*rare)->find(digest(0), chunk_bytes), nullptr);
    EXPECT_FALSE((*rare)->contains(digest(0)));
}

TEST_F(DiskViewTest, AFlippedBitIsSeenAndNothingIsMended)
{
    put(1);
    ASSERT_TRUE(sees(1));
    overwrite("chunks", 100, "x");
    EXPECT_FALSE(sees(1));
    EXPECT_EQ(bytes_on_disk(),
              std::filesystem::file_size(folder_ / "chunks") + std::filesystem::file_size(folder_ / "index"));
}

TEST_F(DiskViewTest, AnIndexThatIsNoneHasNoChunks)
{
    overwrite("index", 0, std::string(3 * disk_segment_index_bytes, '\xff'));
    EXPECT_FALSE(sees(1));
    EXPECT_EQ(view_->chunks(), 0);
}

TEST_F(DiskViewTest, OfAFolderWithoutACacheSaysSo)
{
    const auto none = DiskView::open(folder_ / "none");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().reason, "io");
}

TEST_F(DiskViewTest, ACacheReadsItAndKeepsNothingTwice)
{
    put(1);
    const auto own = folder_ / "own";
    std::filesystem::create_directory(own);
    auto opened = DiskCache::open({own, two_segments, folder_, {}});
    ASSERT_TRUE(opened) << opened.error().sentence;
    auto& beside = **opened;
    EXPECT_TRUE(beside.contains(digest(1)));
    beside.put(digest(1), chunk(1));
    beside.put(digest(2), chunk(2));
    beside.flush();
    EXPECT_EQ(beside.status().chunks, 1);
    const auto found = beside.find(digest(1), chunk_bytes);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(*found, *chunk(1));
    EXPECT_EQ(beside.status().view_hits, 1);
    EXPECT_EQ(beside.status().hits, 0);
    const auto keeper = beside.add_keeper();
    EXPECT_FALSE(beside.pin(digest(1), keeper)) << "it is not for this one to say what stays there";
    beside.put(digest(1), chunk(1), keeper);
    beside.flush();
    EXPECT_TRUE(beside.pin(digest(1), keeper));
}

TEST_F(DiskViewTest, ACacheDoesWithoutOneThatIsNotThere)
{
    std::string said;
    const auto own = folder_ / "own";
    std::filesystem::create_directory(own);
    const auto opened =
        DiskCache::open({own, two_segments, folder_ / "none", [&](std::string_view text) { said = text; }});
    ASSERT_TRUE(opened);
    EXPECT_NE(said.find("another reader"), std::string::npos) << said;
}

} // namespace
} // namespace farboot::rootfs
