#include "server/base/clock_watch.hpp"

#include <gtest/gtest.h>

using namespace farboot::server;
using std::chrono::hours;
using std::chrono::seconds;

TEST(ClockWatch, TellsWhenTheClockIsSetAndBothWays)
{
    const std::chrono::sys_seconds noon{seconds(1'800'000'000)};
    const ClockWatch::Steady start{hours(5)};
    ClockWatch watch;
    EXPECT_EQ(watch.look(noon, start), seconds(0)) << "the first look says nothing";
    EXPECT_EQ(watch.look(noon + hours(10), start + hours(10)), seconds(0)) << "time goes on";
    EXPECT_EQ(watch.look(noon + hours(10) + seconds(29), start + hours(10)), seconds(0)) << "no jump";
    EXPECT_EQ(watch.look(noon + hours(34), start + hours(10)), hours(24));
    EXPECT_EQ(watch.look(noon + hours(34), start + hours(10)), seconds(0)) << "told once";
    EXPECT_EQ(watch.look(noon - hours(8766), start + hours(11)), hours(-8766 - 35));
    EXPECT_EQ(watch.look(noon - hours(8766), start + hours(11)), seconds(0));
}
