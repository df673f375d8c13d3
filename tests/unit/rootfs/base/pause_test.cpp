#include "rootfs/base/pause.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace farboot::rootfs
{
namespace
{

using namespace std::chrono_literals;

/// What many PCs wait for before they ask again: a server that is back, a source that has left quarantine.
TEST(Pause, IsUpToHalfLongerByChance)
{
    std::vector<std::chrono::milliseconds> times(1000);
    std::ranges::generate(times, [] { return up_to_half_more(60s); });
    const auto [least, most] = std::ranges::minmax(times);
    EXPECT_GE(least, 60s);
    EXPECT_LE(most, 90s);
    // All of a thousand within two thirds of the range: once in 10^170 runs.
    EXPECT_LT(least, 70s);
    EXPECT_GT(most, 80s);
}

TEST(Pause, OfNothingIsNone)
{
    EXPECT_EQ(up_to_half_more(0ms), 0ms);
}

TEST(Pause, EndsAtOnceWhenItIsStopped)
{
    std::stop_source stop;
    stop.request_stop();
    EXPECT_FALSE(sleep_about(1h, stop.get_token()));
}

} // namespace
} // namespace farboot::rootfs
