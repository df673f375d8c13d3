#include "rootfs/nbd/hot_lanes.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace farboot::rootfs
{
namespace
{

using std::chrono::microseconds;
using std::chrono::milliseconds;

/// A connection that brings some bytes in each round trip, of a line of 100 Mbit/s and 150 ms; it is looked at every
/// 10 ms.
class Connection
{
public:
    explicit Connection(HotLanes& lanes, HotLanes::Line where = {12.5e6, 4e6, milliseconds(150)})
        : lanes_(lanes), line_(where)
    {
    }

    /// So many bytes come at the end of each of some round trips; others bring some meanwhile.
    void brings(std::uint64_t bytes, int round_trips = 2, std::uint64_t others = 0)
    {
        for (int i = 0; i < round_trips; ++i) {
            waits(line_.round_trip);
            line_.received += bytes + others;
            lanes_.note(watch_, now_, line_);
        }
    }
    /// So many packets come while an earlier one is missing, which comes after so long.
    void misses_one(std::uint32_t packets, HotLanes::Seconds time)
    {
        out_of_order_ += packets;
        waits(time);
        lanes_.note(watch_, now_, line_);
    }
    /// Another one from now on.
    void is_new() { out_of_order_ = 0; }
    [[nodiscard]] bool is_helped() const { return helped_; }

private:
    void waits(HotLanes::Seconds time)
    {
        const auto looks = static_cast<int>(std::ceil(time / HotLanes::Seconds(0.01)));
        for (int i = 0; i < looks; ++i) {
            const Arrivals arrivals{out_of_order_,
                                    std::chrono::duration_cast<microseconds>(HotLanes::Seconds(line_.round_trip))};
            helped_ = lanes_.look(watch_, now_ += milliseconds(10), arrivals, line_) || helped_;
        }
    }

    HotLanes& lanes_;
    HotLanes::Line line_;
    HotLanes::Watch watch_;
    HotLanes::Clock::time_point now_{milliseconds(1)};
    std::uint32_t out_of_order_ = 0;
    bool helped_ = false;
};

TEST(HotLanes, OneIsEnoughForALineThatLosesNothing)
{
    HotLanes lanes;
    Connection slow(lanes);
    slow.brings(20'000, 20);
    EXPECT_FALSE(slow.is_helped()) << "that little comes, and nothing for most of the time, is the server's";
    slow.misses_one(2, milliseconds(100));
    EXPECT_FALSE(slow.is_helped()) << "two came too early";
    slow.misses_one(20, milliseconds(20));
    EXPECT_FALSE(slow.is_helped()) << "it was overtaken, and came";
    Connection near(lanes, {12.5e6, 4e6, milliseconds(10)});
    near.brings(20'000);
    near.misses_one(20, milliseconds(100));
    EXPECT_FALSE(near.is_helped()) << "a near line";
    EXPECT_EQ(lanes.count(), 1);
}

TEST(HotLanes, WhatAFullLineLosesIsNoSign)
{
    HotLanes lanes;
    Connection connection(lanes);
    connection.brings(1'000'000);
    connection.misses_one(500, milliseconds(150));
    EXPECT_FALSE(connection.is_helped()) << "more than it can carry was on its way";
    Connection beside_reads(lanes);
    beside_reads.brings(50'000, 2, 1'000'000);
    beside_reads.misses_one(20, milliseconds(150));
    EXPECT_FALSE(beside_reads.is_helped()) << "reads have the rest";
    Connection of_busy_pc(lanes, {60e6, 12e6, milliseconds(150)});
    of_busy_pc.brings(1'800'000);
    of_busy_pc.misses_one(500, milliseconds(150));
    EXPECT_FALSE(of_busy_pc.is_helped()) << "which takes the line for a wider one";
    EXPECT_EQ(lanes.count(), 1);
}

TEST(HotLanes, OneLostPacketIsEnough)
{
    HotLanes lanes;
    Connection connection(lanes);
    connection.brings(50'000);
    connection.misses_one(20, milliseconds(150));
    EXPECT_TRUE(connection.is_helped());
    EXPECT_EQ(lanes.count(), HotLanes::most) << "to fill the line they would have to be more";
    EXPECT_GE(lanes.request_bytes(), 64 * 1024) << "a chunk's worth";
    HotLanes other_lanes;
    Connection narrow(other_lanes, {2.5e6, 2e6, milliseconds(100)});
    narrow.brings(30'000);
    narrow.misses_one(20, milliseconds(100));
    EXPECT_TRUE(narrow.is_helped());
    EXPECT_NEAR(static_cast<double>(other_lanes.count()), 11, 2);
}

TEST(HotLanes, ItMayBeLostBeforeAnythingHasCome)
{
    HotLanes lanes;
    Connection connection(lanes);
    connection.misses_one(5, milliseconds(150));
    EXPECT_TRUE(connection.is_helped());
}

TEST(HotLanes, WhatAConnectionBeforeHasCountedIsForgotten)
{
    HotLanes lanes;
    Connection connection(lanes);
    connection.brings(50'000);
    connection.misses_one(50, milliseconds(20));
    connection.is_new();
    connection.brings(50'000);
    EXPECT_FALSE(connection.is_helped());
    connection.misses_one(20, milliseconds(150));
    EXPECT_TRUE(connection.is_helped()) << "less than there were in all before";
}

TEST(HotLanes, MoreHelpIfTheLineCarriesMore)
{
    HotLanes lanes;
    const HotLanes::Line narrow{2e6, 0.5e6, milliseconds(150)};
    Connection connection(lanes, narrow);
    connection.brings(20'000);
    connection.misses_one(20, milliseconds(150));
    const auto count = lanes.count();
    EXPECT_LT(count, HotLanes::most);
    lanes.note_request(narrow);
    EXPECT_EQ(lanes.count(), count);
    lanes.note_request({50e6, 4e6, milliseconds(150)});
    EXPECT_GT(lanes.count(), count);
    EXPECT_LT(lanes.count(), HotLanes::most) << "what comes at once had waited for what was lost";
    lanes.note_request({50e6, 12.5e6, milliseconds(150)});
    EXPECT_EQ(lanes.count(), HotLanes::most);
    EXPECT_NEAR(static_cast<double>(lanes.request_bytes()), 117'000, 5'000) << "since there are no more of them";
    lanes.note_request(narrow);
    EXPECT_EQ(lanes.count(), HotLanes::most) << "none is closed";
    lanes.reset();
    EXPECT_EQ(lanes.count(), 1);
}

TEST(HotLanes, SomeTakeTurnsUnlessThereAreMore)
{
    HotLanes lanes;
    const HotLanes::Line narrow{9e6, 2.5e6, milliseconds(100)};
    lanes.take_turns({9e6, 2.5e6, milliseconds(10)});
    EXPECT_FALSE(lanes.in_turns()) << "a near line";
    lanes.take_turns(narrow);
    EXPECT_TRUE(lanes.in_turns());
    EXPECT_EQ(lanes.count(), 3);
    EXPECT_EQ(lanes.request_bytes(), 500'000) << "two round trips'";
    lanes.note_request({9e6, 1e6, milliseconds(1)});
    EXPECT_EQ(lanes.count(), 3);
    EXPECT_EQ(lanes.request_bytes(), 75'000) << "a near line";
    lanes.note_request({9e6, 1, milliseconds(100)});
    EXPECT_EQ(lanes.request_bytes(), 64 * 1024) << "a chunk's worth";
    lanes.reset();
    EXPECT_FALSE(lanes.in_turns());
    EXPECT_EQ(lanes.count(), 1);
    Connection losing(lanes);
    losing.brings(50'000);
    losing.misses_one(20, milliseconds(150));
    lanes.take_turns(narrow);
    EXPECT_FALSE(lanes.in_turns());
    EXPECT_EQ(lanes.count(), HotLanes::most);
}

} // namespace
} // namespace farboot::rootfs
