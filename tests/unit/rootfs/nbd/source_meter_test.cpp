#include "rootfs/nbd/progress.hpp"

#include <gtest/gtest.h>

namespace farboot::rootfs
{
namespace
{

using namespace std::chrono_literals;

TEST(SourceMeterTest, KnowsNothingBeforeItMeasured)
{
    const SourceMeter meter;
    EXPECT_EQ(meter.latency(), std::nullopt);
    EXPECT_EQ(meter.rate(), std::nullopt);
    EXPECT_EQ(meter.unusual_silence(), 1s);
    EXPECT_EQ(meter.unusual_time_for(64 * 1024), 4s);
}

TEST(SourceMeterTest, FollowsWhatIsMeasured)
{
    SourceMeter meter;
    meter.note_latency(80ms);
    meter.note_rate(1'000'000, 1s);
    EXPECT_EQ(meter.latency(), 80ms);
    EXPECT_EQ(meter.rate(), 1'000'000);
    EXPECT_EQ(meter.unusual_silence(), 480ms);
    EXPECT_EQ(meter.unusual_time_for(500'000), 2s);
    meter.note_latency(160ms);
    EXPECT_EQ(meter.latency(), 90ms) << "one answer does not change much";
    for (int i = 0; i < 100; ++i)
        meter.note_latency(160ms);
    EXPECT_EQ(meter.latency(), 160ms) << "many do";
}

TEST(SourceMeterTest, TheLeastLatencyIsTheWaysNotTheLoads)
{
    SourceMeter meter;
    EXPECT_EQ(meter.least_latency(), std::nullopt);
    meter.note_latency(80ms);
    meter.note_latency(20ms);
    EXPECT_EQ(meter.least_latency(), 20ms);
    meter.note_latency(500ms);
    for (int i = 0; i < 50; ++i)
        meter.note_latency(500ms);
    EXPECT_EQ(meter.least_latency(), 20ms) << "a busy time";
    for (int i = 0; i < 150; ++i)
        meter.note_latency(100ms);
    EXPECT_EQ(meter.least_latency(), 100ms) << "another way";
}

TEST(SourceMeterTest, FastSourcesMayStillHesitate)
{
    SourceMeter meter;
    meter.note_latency(1ms);
    meter.note_rate(1'000'000, 0s);
    EXPECT_EQ(meter.unusual_silence(), 300ms);
    EXPECT_EQ(meter.rate(), 1'000'000'000) << "no division by nothing";
}

TEST(ProgressTest, IsLateAfterUnusualSilence)
{
    using Clock = Progress::Clock;
    SourceMeter meter;
    meter.note_latency(100ms);
    const auto before = Clock::now();
    Progress progress(meter);
    EXPECT_GE(progress.late_at(), before + 600ms);
    EXPECT_LE(progress.late_at(), Clock::now() + 600ms);
    const auto later = Clock::now();
    progress.note();
    EXPECT_GE(progress.late_at(), later + 600ms) << "what comes puts it off";
}

TEST(ProgressTest, IsLateWhenEverythingShouldLongBeThere)
{
    SourceMeter meter;
    meter.note_latency(100ms);
    meter.note_rate(1'000'000, 1s);
    Progress progress(meter);
    const auto before = Progress::Clock::now();
    progress.expect(1'000);
    const auto due = Progress::Clock::now() + 604ms;
    while (Progress::Clock::now() < before + 10ms)
        ;
    progress.note();
    EXPECT_LE(progress.late_at(), due) << "a trickle does not put it off for ever";
    progress.expect(10'000'000);
    EXPECT_GT(progress.late_at(), due) << "the next request has a time of its own";
}

} // namespace
} // namespace farboot::rootfs
