#include "tests/unit/rootfs/nbd/disk_fixture.hpp"

namespace farboot::rootfs
{
namespace
{

TEST_F(DiskCacheTest, TheNextBootHasWhatThisOneKept)
{
    put(1);
    put(2, 1);
    EXPECT_TRUE(has(1));
    open();
    EXPECT_TRUE(has(1));
    EXPECT_TRUE(has(2, 1));
    EXPECT_FALSE(has(3));
    EXPECT_EQ(cache_->find(digest(1), chunk_bytes - 1), nullptr) << "another length";
    EXPECT_EQ(cache_->status().chunks, 2);
    EXPECT_EQ(cache_->status().bytes, chunk_bytes + 1);
    EXPECT_EQ(cache_->status().hits, 2);
    put(3);
    open();
    EXPECT_TRUE(has(1));
    EXPECT_TRUE(has(3)) << "written behind what was there";
}

TEST_F(DiskCacheTest, IsNeverLargerThanTold)
{
    for (unsigned i = 0; i < 300; ++i) {
        put(i);
        ASSERT_LE(bytes_on_disk(), two_segments);
    }
    EXPECT_TRUE(has(299));
    EXPECT_FALSE(has(0)) << "had to go";
    EXPECT_LE(cache_->status().bytes, two_segments);
    open(3 * (disk_segment_bytes + disk_segment_index_bytes));
    EXPECT_TRUE(has(299));
    open();
    EXPECT_LE(bytes_on_disk(), two_segments);
}

TEST_F(DiskCacheTest, WhatIsUsedStays)
{
    put(1000);
    for (unsigned i = 0; i < 400; ++i) {
        ASSERT_TRUE(has(1000)) << "after " << i << " others";
        put(i);
    }
    EXPECT_FALSE(has(1));
    open();
    EXPECT_TRUE(has(1000));
}

TEST_F(DiskCacheTest, WhatIsPinnedStaysAndTheRestFindsTheRoomThatIsLeft)
{
    for (unsigned i = 0; i < 40; ++i)
        put(i);
    const auto keeper = cache_->add_keeper();
    for (unsigned i = 0; i < 40; ++i)
        ASSERT_TRUE(cache_->pin(digest(i), keeper));
    EXPECT_FALSE(cache_->pin(digest(1000), keeper));
    for (unsigned i = 1000; i < 1300; ++i)
        put(i);
    for (unsigned i = 0; i < 40; ++i)
        EXPECT_TRUE(has(i)) << i;
    EXPECT_TRUE(has(1299));
    EXPECT_TRUE(cache_->status().writable);
    EXPECT_LE(bytes_on_disk(), two_segments);
}

TEST_F(DiskCacheTest, WhatAReadHasPutThereIsPinnedByAFill)
{
    cache_->put(digest(1), chunk(1));
    cache_->put(digest(1), chunk(1), cache_->add_keeper()); // the first one still waits to be written
    cache_->flush();
    for (unsigned i = 1000; i < 1300; ++i)
        put(i);
    EXPECT_TRUE(has(1));
}

TEST_F(DiskCacheTest, MoreThanFitsCannotBePinned)
{
    const auto keeper = cache_->add_keeper();
    for (unsigned i = 0; i < 200; ++i) {
        cache_->put(digest(i), chunk(i), keeper);
        cache_->flush();
    }
    EXPECT_FALSE(cache_->status().writable);
    EXPECT_TRUE(has(0)) << "the first are still there";
    EXPECT_FALSE(has(199));
    EXPECT_LE(bytes_on_disk(), two_segments);
    EXPECT_NE(said_.find("pinned images take all of it"), std::string::npos) << said_;
}

TEST_F(DiskCacheTest, AWrongByteIsDroppedAndMayComeAgain)
{
    put(1);
    put(2);
    overwrite("chunks", 1000, "x");
    EXPECT_FALSE(has(1));
    EXPECT_EQ(cache_->status().damaged, 1);
    EXPECT_FALSE(cache_->contains(digest(1)));
    EXPECT_TRUE(has(2));
    put(1);
    EXPECT_TRUE(has(1));
    open();
    EXPECT_TRUE(has(1)) << "the row of what was wrong is still there";
}

TEST_F(DiskCacheTest, WhatCameAgainIntoAnotherSegmentIsThereAtTheNextStart)
{
    for (unsigned i = 0; i < 100; ++i) // 64 of them fill a segment
        put(i);
    overwrite("chunks", 1000, "x");
    EXPECT_FALSE(has(0));
    put(0);
    open();
    EXPECT_TRUE(has(0));
}

TEST_F(DiskCacheTest, SurvivesAnyIndexAndAnyData)
{
    for (unsigned seed = 0; seed < 60; ++seed) {
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directory(folder_);
        open();
        for (unsigned i = 0; i < 8; ++i)
            put(i, 1000 + i);
        cache_.reset();
        std::mt19937 random(seed);
        for (int i = 0; i < 40; ++i) {
            const char byte = static_cast<char>(random());
            overwrite(i % 2 == 0 ? "index" : "chunks", random() % 400, {&byte, 1});
        }
        if (seed % 4 == 0)
            std::filesystem::resize_file(folder_ / "chunks", random() % 8000);
        if (seed % 4 == 1)
            std::filesystem::resize_file(folder_ / "index", random() % 400);
        open();
        for (unsigned i = 0; i < 8; ++i)
            (void)has(i, 1000 + i); // right, or not there
        for (unsigned i = 10; i < 20; ++i) {
            put(i, 1000);
            EXPECT_TRUE(has(i, 1000)) << "seed " << seed;
        }
    }
}

/// A flash that has failed reads as ones.
TEST_F(DiskCacheTest, OnesInPlaceOfASegmentAreAnEmptyOne)
{
    put(1);
    cache_.reset();
    overwrite("index", disk_segment_index_bytes, std::string(disk_segment_index_bytes, '\xff'));
    open();
    EXPECT_TRUE(has(1));
    for (unsigned i = 10; i < 150; ++i) // 64 of them fill a segment
        put(i);
    EXPECT_TRUE(has(100)) << "what is emptied is not what was just filled";
    open();
    EXPECT_TRUE(has(149));
}

TEST_F(DiskCacheTest, OneProcessAtATime)
{
    const auto second = DiskCache::open({folder_, two_segments, {}, {}});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().reason, "cache-busy");
}

TEST_F(DiskCacheTest, RefusesWhatIsTooSmall)
{
    cache_.reset();
    EXPECT_EQ(DiskCache::open({folder_, two_segments - 1, {}, {}}).error().reason, "cache-small");
    EXPECT_EQ(DiskCache::open({folder_ / "missing", two_segments, {}, {}}).error().reason, "io");
}

/// A file system that is really full; tests run as root.
TEST_F(DiskCacheTest, AFullDiskIsStillReadFrom)
{
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root can mount";
    put(1);
    if (std::system(fmt::format("mount -t tmpfs -o size=4m farboot-test {}", folder_.string()).c_str()) != 0)
        GTEST_SKIP() << "mounting is not allowed here";
    open();
    for (unsigned i = 10; i < 40; ++i)
        put(i);
    EXPECT_TRUE(has(10));
    EXPECT_FALSE(has(39));
    EXPECT_FALSE(cache_->status().writable);
    EXPECT_NE(said_.find("nothing more is kept on the local disk"), std::string::npos) << said_;
    cache_.reset();
    ASSERT_EQ(std::system(fmt::format("umount {}", folder_.string()).c_str()), 0);
}

} // namespace
} // namespace farboot::rootfs
