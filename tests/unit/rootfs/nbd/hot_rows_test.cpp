#include "rootfs/nbd/hot_rows.hpp"

#include <gtest/gtest.h>

#include <set>

namespace farboot::rootfs
{
namespace
{

constexpr std::uint64_t gap = 200;

Digest digest(std::size_t number)
{
    return sha256(as_bytes(std::to_string(number)));
}

/// 20 chunks of 100 bytes, 50 in the pack.
class HotRowsTest : public testing::Test
{
protected:
    static HotList list()
    {
        HotList list;
        for (std::size_t i = 0; i < 20; ++i)
            list.rows.push_back({digest(i), 50, 100});
        return list;
    }
    HotRows::Segment take(std::uint64_t most)
    {
        return rows.take(most, gap, [&](const Digest& chunk) { return needless.contains(chunk); });
    }

    HotRows rows{list()};
    std::set<Digest> needless;
};

TEST_F(HotRowsTest, SeveralGetWhatFollowsOnEachOther)
{
    const auto first = take(300);
    const auto second = take(250);
    EXPECT_EQ(first.first, 0);
    EXPECT_EQ(first.last, 3);
    EXPECT_EQ(first.range, (FileRange{HotList::header_bytes, 150}));
    EXPECT_EQ(second.first, 3);
    EXPECT_EQ(second.last, 5);
    EXPECT_EQ(second.range, (FileRange{HotList::header_bytes + 150, 100}));
    rows.end(first, first.last);
    EXPECT_EQ(take(1).last, 6) << "one chunk at least";
}

TEST_F(HotRowsTest, OthersBringWhatASegmentIsCutOffFrom)
{
    auto first = take(2000);
    EXPECT_EQ(first.last, 20);
    rows.cut(first, 4);
    EXPECT_EQ(first.last, 4);
    EXPECT_EQ(first.through, 4);
    const auto second = take(300);
    EXPECT_EQ(second.first, 4);
    EXPECT_EQ(second.last, 7);
    rows.cut(first, 4);
    EXPECT_EQ(take(300).first, 7) << "nothing was left to cut off";
    rows.end(first, first.last);
    EXPECT_EQ(take(300).first, 10);
}

TEST_F(HotRowsTest, WhatDidNotComeIsAskedForAgainAndNothingElse)
{
    const auto first = take(400);
    const auto second = take(600);
    rows.end(first, 2);
    needless = {digest(0), digest(1)}; // they came
    const auto again = take(2000);
    EXPECT_EQ(again.first, 2);
    EXPECT_EQ(again.last, 4) << "behind it lies what the second one brings";
    EXPECT_EQ(again.through, 4);
    rows.end(second, second.last);
    EXPECT_EQ(take(100).first, 4) << "it did not, or it was dropped: the caller knows";
}

TEST_F(HotRowsTest, LeavesOutWhatNobodyNeedsWhereItIsMuch)
{
    for (std::size_t i = 0; i < 2; ++i)
        needless.insert(digest(i));
    for (std::size_t i = 4; i < 8; ++i)
        needless.insert(digest(i));
    needless.insert(digest(10));
    const auto first = take(2000);
    EXPECT_EQ(first.first, 2);
    EXPECT_EQ(first.last, 4);
    const auto second = take(2000);
    EXPECT_EQ(second.first, 8);
    EXPECT_EQ(second.last, 20) << "one chunk is not worth a request";
    EXPECT_TRUE(rows.is_through());
}

TEST_F(HotRowsTest, WhatWasJumpedOverComesAfterTheEnd)
{
    rows.end(take(200), 2);
    rows.jump(15);
    const auto behind = take(2000);
    EXPECT_EQ(behind.first, 15);
    EXPECT_EQ(behind.last, 20);
    EXPECT_FALSE(rows.is_through());
    EXPECT_EQ(rows.position(), 0);
    needless = {digest(0), digest(1)};
    EXPECT_EQ(take(100).first, 2);
    rows.jump(16);
    EXPECT_EQ(rows.position(), 3) << "it is on its way";
}

} // namespace
} // namespace farboot::rootfs
