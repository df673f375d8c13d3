#include "tests/unit/rootfs/nbd/disk_fixture.hpp"

namespace farboot::rootfs
{
namespace
{

/// Pinned images that share a disk, which loses chunks.
class DiskKeepersTest : public DiskCacheTest
{
protected:
    void put_for(Keepers keeper, unsigned number)
    {
        cache_->put(digest(number), chunk(number), keeper);
        cache_->flush();
    }
    [[nodiscard]] bool keeps(Keepers keeper, unsigned number)
    {
        return cache_->pin(digest(number), keeper) && cache_->check(digest(number), keeper);
    }
    /// Where the first chunks of an empty disk lie.
    void damage(unsigned place) const { overwrite("chunks", place * chunk_bytes + 1000, "xx"); }
};

TEST_F(DiskKeepersTest, WhatTheOneThatHasGonePinnedMayGoUnlessAnotherHas)
{
    const auto first = cache_->add_keeper();
    const auto second = cache_->add_keeper();
    for (unsigned i = 0; i < 40; ++i)
        put_for(first, i);
    for (unsigned i = 0; i < 10; ++i)
        ASSERT_TRUE(keeps(second, i));
    cache_->remove_keeper(first);
    for (unsigned i = 1000; i < 1300; ++i)
        put(i);
    for (unsigned i = 0; i < 10; ++i)
        EXPECT_TRUE(has(i)) << i;
    for (unsigned i = 10; i < 40; ++i)
        EXPECT_FALSE(has(i)) << i;
}

TEST_F(DiskKeepersTest, WhatStillComesForOneThatHasGoneIsNotPinned)
{
    const auto keeper = cache_->add_keeper();
    cache_->remove_keeper(keeper);
    put_for(keeper, 1);
    for (unsigned i = 1000; i < 1300; ++i)
        put(i);
    EXPECT_FALSE(has(1));
}

TEST_F(DiskKeepersTest, AFullDiskTakesMoreOnceOneHasGone)
{
    const auto first = cache_->add_keeper();
    const auto second = cache_->add_keeper();
    for (unsigned i = 0; i < 200; ++i)
        put_for(first, i);
    ASSERT_FALSE(cache_->status().writable);
    const auto before = cache_->news(second);
    cache_->remove_keeper(first);
    EXPECT_TRUE(cache_->status().writable);
    EXPECT_GT(cache_->news(second), before);
    put_for(second, 1000);
    EXPECT_TRUE(has(1000));
}

TEST_F(DiskKeepersTest, WhoHasPinnedWhatIsFoundWrongIsTold)
{
    const auto keeper = cache_->add_keeper();
    put_for(keeper, 1);
    put_for(keeper, 2);
    const auto before = cache_->news(keeper);
    EXPECT_TRUE(has(1));
    EXPECT_EQ(cache_->news(keeper), before);
    damage(0);
    EXPECT_TRUE(keeps(keeper, 1)) << "it was right, and is not read each time";
    EXPECT_FALSE(has(1));
    EXPECT_GT(cache_->news(keeper), before);
    EXPECT_FALSE(keeps(keeper, 1));
    EXPECT_TRUE(keeps(keeper, 2));
}

TEST_F(DiskKeepersTest, OnceOneIsFoundWrongTheOthersAreLookedAtAgain)
{
    const auto keeper = cache_->add_keeper();
    for (unsigned i = 0; i < 4; ++i)
        put_for(keeper, i);
    damage(1);
    damage(3);
    EXPECT_TRUE(keeps(keeper, 3));
    EXPECT_FALSE(has(1));
    EXPECT_TRUE(keeps(keeper, 0));
    EXPECT_TRUE(keeps(keeper, 2));
    EXPECT_FALSE(keeps(keeper, 3));
}

TEST_F(DiskKeepersTest, WhatIsThereFromBeforeIsReadOnce)
{
    for (unsigned i = 0; i < 3; ++i)
        put(i);
    damage(1);
    open();
    const auto keeper = cache_->add_keeper();
    const auto other = cache_->add_keeper();
    EXPECT_TRUE(cache_->pin(digest(1), other));
    const auto before = cache_->news(keeper);
    const auto before_other = cache_->news(other);
    EXPECT_TRUE(keeps(keeper, 0));
    EXPECT_FALSE(keeps(keeper, 1));
    EXPECT_TRUE(keeps(keeper, 2));
    EXPECT_EQ(cache_->status().damaged, 1);
    EXPECT_EQ(cache_->status().hits, 0) << "nobody has read";
    EXPECT_EQ(cache_->news(keeper), before) << "it has found that itself";
    EXPECT_GT(cache_->news(other), before_other);
    damage(0);
    EXPECT_TRUE(keeps(other, 0)) << "it was read";
}

/// The chunks of a segment that is emptied are written again; the one that is wrong by then is lost.
TEST_F(DiskKeepersTest, WhatIsLostWhenItsSegmentIsEmptiedIsTold)
{
    const auto keeper = cache_->add_keeper();
    for (unsigned i = 0; i < 4; ++i)
        put_for(keeper, i);
    damage(2);
    const auto before = cache_->news(keeper);
    for (unsigned i = 1000; i < 1300; ++i)
        put(i);
    EXPECT_GT(cache_->news(keeper), before);
    EXPECT_FALSE(keeps(keeper, 2));
    for (const unsigned i : {0U, 1U, 3U})
        EXPECT_TRUE(keeps(keeper, i)) << i;
}

TEST_F(DiskKeepersTest, ThereAreNoMoreThanTold)
{
    std::vector<Keepers> keepers;
    for (std::size_t i = 0; i < DiskKeepers::most; ++i)
        keepers.push_back(cache_->add_keeper());
    EXPECT_NE(keepers.back(), 0U);
    EXPECT_EQ(cache_->add_keeper(), 0U);
    cache_->remove_keeper(keepers[7]);
    EXPECT_EQ(cache_->add_keeper(), keepers[7]);
}

} // namespace
} // namespace farboot::rootfs
