#include "rootfs/nbd/hot_window.hpp"

#include <gtest/gtest.h>

namespace farboot::rootfs
{
namespace
{

using std::chrono::milliseconds;

/// 100 chunks of 100 kB, one behind the other.
class HotWindowTest : public testing::Test
{
protected:
    HotWindowTest()
    {
        for (std::uint64_t i = 0; i < 100; ++i)
            expected.push_back({{0, 100'000, sha256(as_bytes(std::to_string(i)))}, i * 100'000, 100'000});
    }
    [[nodiscard]] bool on_its_way(std::size_t index) const
    {
        return cache.find(expected[index].ref.digest).flight != nullptr;
    }
    void read_in_order()
    {
        HotList list;
        for (const auto& chunk : expected)
            list.rows.push_back({chunk.ref.digest, chunk.stored_length, chunk.ref.length});
        use.expect(list);
        for (std::size_t i = 0; i < 64; ++i)
            use.note_use({expected[i].ref.digest});
    }
    static Chunk chunk() { return std::make_shared<ChunkBytes>(100'000); }

    ChunkCache cache{64 << 20};
    HotUse use;
    std::vector<ChunkReceiver::Expected> expected;
    HotWindow::Clock::time_point start = HotWindow::Clock::now();
};

TEST_F(HotWindowTest, OnlyWhatIsAboutToComeIsOnItsWay)
{
    HotWindow window(cache, use, expected, start);
    EXPECT_TRUE(on_its_way(0));
    EXPECT_TRUE(on_its_way(2)) << "a quarter of a megabyte at first";
    EXPECT_FALSE(on_its_way(3));
}

TEST_F(HotWindowTest, ReachesARoundTripAndAHalfAtTheRateThatIsMeasured)
{
    HotWindow window(cache, use, expected, start);
    window.advance(10'000, start + milliseconds(100)); // the round trip
    window.advance(2'000'000, start + milliseconds(300));
    EXPECT_NEAR(static_cast<double>(window.reach()), 1'500'000, 1) << "10 MB/s × 0.1 s × 1.5";
    EXPECT_TRUE(on_its_way(35));
    EXPECT_FALSE(on_its_way(36));
}

TEST_F(HotWindowTest, ReachesTwiceAsFarWhileReadsFollowTheListsOrder)
{
    read_in_order();
    HotWindow window(cache, use, expected, start);
    window.advance(10'000, start + milliseconds(100));
    window.advance(2'000'000, start + milliseconds(300));
    EXPECT_NEAR(static_cast<double>(window.reach()), 3'000'000, 1);
}

TEST_F(HotWindowTest, ReachesTwoMegabytesOverANarrowLine)
{
    const auto reach = [&](std::uint64_t least, std::uint64_t bytes_in_a_fifth_of_a_second) {
        HotWindow window(cache, use, expected, start, least);
        window.advance(10'000, start + milliseconds(20));
        window.advance(bytes_in_a_fifth_of_a_second, start + milliseconds(220));
        return window.reach();
    };
    EXPECT_EQ(reach(HotWindow::usual_reach, 500'000), 2'097'152);
    EXPECT_EQ(reach(HotWindow::usual_reach, 100'000), 750'000) << "what comes in a second and a half";
    EXPECT_EQ(reach(HotWindow::usual_reach, 10'000), 262'144);
    EXPECT_EQ(reach(HotWindow::usual_reach, 2'600'000), 390'000) << "13 MB/s × 0.02 s × 1.5";
    EXPECT_EQ(reach(HotWindow::short_reach, 500'000), 75'000) << "one connection of many";
}

TEST_F(HotWindowTest, WhatSomebodyElseFetchesIsPassedOver)
{
    const auto other = cache.look_up(expected[1].ref, Cause::demand);
    ASSERT_TRUE(other.mine);
    HotWindow window(cache, use, expected, start);
    EXPECT_TRUE(window.wanted(0));
    cache.land(expected[0].ref.digest, window.take(0), chunk());
    EXPECT_FALSE(window.wanted(1));
    EXPECT_TRUE(window.wanted(2));
    EXPECT_NE(cache.find(expected[0].ref.digest).chunk, nullptr);
}

TEST_F(HotWindowTest, WhatWasReadIsNotBroughtAgain)
{
    HotList list;
    list.rows.push_back({expected[1].ref.digest, 100'000, 100'000});
    use.expect(list);
    use.note_use({expected[1].ref.digest});
    HotWindow window(cache, use, expected, start);
    EXPECT_TRUE(window.wanted(0));
    EXPECT_FALSE(window.wanted(1));
}

TEST_F(HotWindowTest, WhoeverWaitsLearnsThatTheStreamHasEnded)
{
    FlightPointer flight;
    {
        HotWindow window(cache, use, expected, start);
        flight = cache.find(expected[2].ref.digest).flight;
        ASSERT_TRUE(flight);
    }
    const auto waited = cache.wait(flight, {});
    ASSERT_FALSE(waited);
    EXPECT_EQ(waited.error().reason, "dropped");
    EXPECT_FALSE(on_its_way(2));
}

} // namespace
} // namespace farboot::rootfs
