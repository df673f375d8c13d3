#include "rootfs/nbd/trace_recorder.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace farboot::rootfs
{
namespace
{

using testing::ElementsAre;
using testing::IsEmpty;

TEST(TraceRecorderTest, KeepsOnlyReadsThatMeetSomethingNew)
{
    TraceRecorder trace;
    const TraceRecorder::Reading reading(trace);
    EXPECT_THAT(trace.note({0, 100}, {1, 2}), ElementsAre(1, 2));
    EXPECT_THAT(trace.note({50, 100}, {2}), IsEmpty());
    EXPECT_THAT(trace.note({100, 300}, {2, 3}), ElementsAre(3));
    ASSERT_EQ(trace.reads().size(), 2);
    EXPECT_EQ(trace.count(), 2);
    EXPECT_EQ(trace.reads()[1].range, (FileRange{100, 300}));
}

TEST(TraceRecorderTest, TheClientsClockStandsStillWhileItWaits)
{
    using namespace std::chrono_literals;
    TraceRecorder trace;
    {
        const TraceRecorder::Reading reading(trace);
        (void)trace.note({0, 1}, {1});
        std::this_thread::sleep_for(200ms);
        const TraceRecorder::Reading other(trace);
        (void)trace.note({0, 1}, {2});
    }
    std::this_thread::sleep_for(20ms);
    const TraceRecorder::Reading reading(trace);
    (void)trace.note({0, 1}, {3});
    const auto reads = trace.reads();
    EXPECT_EQ(reads[1].time, reads[0].time);
    EXPECT_GE(reads[2].time - reads[1].time, 20ms);
    EXPECT_EQ(trace.client_time(), reads[2].time);
}

TEST(TraceRecorderTest, CountsTheReadsThatAreBeingAnswered)
{
    TraceRecorder trace;
    const TraceRecorder::Reading reading(trace);
    {
        const TraceRecorder::Reading other(trace);
        EXPECT_EQ(trace.active(), 2);
    }
    EXPECT_EQ(trace.active(), 1);
}

TEST(TraceRecorderTest, EndsWhenItIsFull)
{
    TraceRecorder trace;
    const TraceRecorder::Reading reading(trace);
    for (std::size_t i = 0; i < Trace::most_reads; ++i)
        ASSERT_THAT(trace.note({0, 1}, {i}), ElementsAre(i));
    EXPECT_THAT(trace.note({0, 1}, {Trace::most_reads}), IsEmpty());
    EXPECT_EQ(trace.reads().size(), Trace::most_reads);
}

} // namespace
} // namespace farboot::rootfs
