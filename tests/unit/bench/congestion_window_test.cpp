#include "tests/bench/link/congestion_window.hpp"

#include <gtest/gtest.h>

namespace farboot::bench
{
namespace
{

using namespace std::chrono_literals;

constexpr Time start{1000s};
const LinkShape far{100ms, 12.5e6, true};

/// Sends as much as the window allows and gets it acknowledged a round trip later.
void full_round(CongestionWindow& window, Time now)
{
    const auto bytes = window.bytes();
    window.sent(now, bytes, bytes);
    window.acknowledged(bytes);
}

TEST(CongestionWindow, DoublesEachRoundUpToTheLargest)
{
    CongestionWindow window(far);
    EXPECT_EQ(window.bytes(), 14'480U);
    full_round(window, start);
    EXPECT_EQ(window.bytes(), 28'960U);
    for (int i = 0; i < 10; ++i)
        full_round(window, start);
    EXPECT_EQ(window.bytes(), far.largest_window());
    EXPECT_EQ(far.largest_window(), 1'250'000U + 125'000U);
}

TEST(CongestionWindow, DoesNotGrowUnused)
{
    CongestionWindow window(far);
    full_round(window, start);
    for (int i = 0; i < 100; ++i) {
        window.sent(start, 10'000, 10'000);
        window.acknowledged(10'000);
    }
    EXPECT_EQ(window.bytes(), 28'960U);
}

TEST(CongestionWindow, HalvesForEachTimeoutOfSilence)
{
    CongestionWindow window(far);
    for (int i = 0; i < 4; ++i)
        full_round(window, start);
    const auto open = window.bytes();
    window.wake(start + 299ms);
    EXPECT_EQ(window.bytes(), open);
    EXPECT_EQ(window.restarts(), 0U);
    window.wake(start + 601ms);
    EXPECT_EQ(window.bytes(), open / 4);
    window.wake(start + 1h);
    EXPECT_EQ(window.bytes(), 14'480U);
    EXPECT_EQ(window.restarts(), 2U);
}

TEST(CongestionWindow, IsWholeWithoutSlowStart)
{
    auto fast = far;
    fast.slow_start = false;
    CongestionWindow window(fast);
    EXPECT_EQ(window.bytes(), fast.largest_window());
    full_round(window, start);
    window.wake(start + 1h);
    EXPECT_EQ(window.bytes(), fast.largest_window());
}

} // namespace
} // namespace farboot::bench
