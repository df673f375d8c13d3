#include "rootfs/nbd/line_rate.hpp"

#include <gtest/gtest.h>

namespace farboot::rootfs
{
namespace
{

using namespace std::chrono_literals;

constexpr LineRate::Clock::time_point begun{LineRate::Clock::duration(1h)};

TEST(LineRate, IsNothingBeforeAnythingCame)
{
    const LineRate line;
    EXPECT_EQ(line.burst(begun), 0);
    EXPECT_EQ(line.sustained(begun), 0);
}

TEST(LineRate, OfASteadyStreamIsItsRate)
{
    LineRate line;
    auto now = begun;
    for (; now < begun + 2s; now += 1ms)
        line.note(10'000, now);
    EXPECT_NEAR(line.burst(now), 10e6, 0.5e6);
    EXPECT_NEAR(line.sustained(now), 10e6, 0.5e6);
}

/// A connection in slow start over 100 ms: what comes in a row shows the line, long before the average does.
TEST(LineRate, OfBurstsIsTheBurstsRate)
{
    LineRate line;
    auto now = begun;
    for (int round = 0; round < 10; ++round, now = begun + round * 100ms)
        for (int i = 0; i < 25; ++i, now += 1ms)
            line.note(100'000, now);
    EXPECT_NEAR(line.burst(now), 100e6, 20e6);
    EXPECT_LT(line.sustained(now), 40e6);
    EXPECT_GT(line.sustained(now), 20e6);
}

TEST(LineRate, CountsHalfAsMuchAfterHalfAMinuteOfSilence)
{
    LineRate line;
    line.note(1'000'000, begun);
    const auto then = line.burst(begun);
    EXPECT_NEAR(line.burst(begun + 30s) / then, 0.5, 0.01);
    line.note(1, begun + 300s);
    EXPECT_NEAR(line.burst(begun + 300s) / then, 1.0 / 1024, 0.001);
}

TEST(LineRate, TakesBytesThatAreNotedLate)
{
    LineRate line;
    line.note(1'000, begun + 1s);
    line.note(1'000'000, begun);
    EXPECT_GT(line.burst(begun + 1s), 1'000'000);
}

} // namespace
} // namespace farboot::rootfs
