#include "rootfs/nbd/hot_lanes.hpp"

#include <gtest/gtest.h>

namespace farboot::rootfs
{
namespace
{

using std::chrono::milliseconds;

constexpr HotLanes::Line line{12.5e6, milliseconds(150)};

/// Bytes come over the only connection for stretches of three round trips, so many a second, in each round trip so many
/// times; others bring so much meanwhile. After which stretch others are to help; 0: after none.
int helped_after(HotLanes& lanes, std::initializer_list<double> rates, HotLanes::Line where = line, int times = 1,
                 double others = 0)
{
    HotLanes::Watch watch;
    auto now = HotLanes::Clock::time_point{milliseconds(1)};
    const auto step = std::chrono::duration_cast<HotLanes::Clock::duration>(where.round_trip / times);
    int stretch = 0;
    for (const auto rate : rates) {
        ++stretch;
        const auto bytes = static_cast<std::uint64_t>(rate * HotLanes::Seconds(step).count());
        for (int i = 0; i < 3 * times; ++i) {
            where.received += bytes + static_cast<std::uint64_t>(others * HotLanes::Seconds(step).count());
            if (lanes.note(watch, bytes, now += step, where))
                return stretch;
        }
    }
    return 0;
}

TEST(HotLanes, OneIsEnoughForALineThatLosesNothing)
{
    HotLanes lanes;
    EXPECT_EQ(helped_after(lanes, {0.2e6, 1.6e6, 12e6, 12e6, 4e6}), 0);
    EXPECT_EQ(helped_after(lanes, {0.1e6, 0.2e6, 0.4e6, 0.8e6}), 0) << "it brings more and more";
    EXPECT_EQ(helped_after(lanes, {0.4e6, 0.4e6, 0.4e6, 0.4e6}, {1e6, milliseconds(150)}), 0) << "a narrow line";
    EXPECT_EQ(helped_after(lanes, {2e6, 2e6, 2e6, 2e6}), 0) << "much is on its way";
    EXPECT_EQ(helped_after(lanes, {0.4e6, 0.4e6, 0.4e6, 0.4e6}, line, 8), 0) << "it is never silent";
    EXPECT_EQ(helped_after(lanes, {0.2e6, 0.2e6, 0.2e6, 0.2e6}, {12.5e6, milliseconds(10)}, 10), 0) << "a near one";
    EXPECT_EQ(helped_after(lanes, {0.4e6, 0.4e6, 0.4e6, 0.4e6}, line, 1, 6e6), 0) << "reads have the line's rest";
    EXPECT_EQ(lanes.count(), 1);
}

TEST(HotLanes, WhereOneStaysSlowSoManyHelpAsFillTheLine)
{
    HotLanes lanes;
    EXPECT_GT(helped_after(lanes, {1e6, 1e6, 1e6, 1e6}), 1) << "silent for most of the round trip";
    EXPECT_NEAR(static_cast<double>(lanes.count()), 12, 4);
    EXPECT_NEAR(static_cast<double>(lanes.request_bytes()), 350'000, 120'000) << "a third of a second's";
    HotLanes slow;
    EXPECT_GT(helped_after(slow, {0.17e6, 0.17e6, 0.17e6}), 1);
    EXPECT_EQ(slow.count(), HotLanes::most);
    EXPECT_GE(slow.request_bytes(), 64 * 1024) << "a chunk's worth";
}

TEST(HotLanes, MoreHelpIfEachBringsLessThanTheFirstDid)
{
    HotLanes lanes;
    lanes.note_request(100'000, milliseconds(1), line);
    EXPECT_EQ(lanes.count(), 2);
    lanes.note_request(10'000, milliseconds(500), line);
    EXPECT_EQ(lanes.count(), 2) << "a list's end says little";
    for (int i = 0; i < 100; ++i)
        lanes.note_request(100'000, milliseconds(200), line);
    EXPECT_EQ(lanes.count(), 24);
    for (int i = 0; i < 100; ++i)
        lanes.note_request(100'000, milliseconds(50), line);
    EXPECT_EQ(lanes.count(), 24) << "none is closed";
}

} // namespace
} // namespace farboot::rootfs
