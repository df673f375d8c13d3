#include "tests/bench/link/wire.hpp"

#include <gtest/gtest.h>

namespace farboot::bench
{
namespace
{

using namespace std::chrono_literals;

constexpr std::uint64_t megabyte = 1'000'000;
constexpr Time start{1000s};

LinkShape shape(Duration round_trip, double megabits, bool slow_start = true)
{
    return {round_trip, megabits * 1e6 / 8, slow_start};
}

/// Lets time go on from `now` in steps until the receiver, who takes everything at once, has this many bytes.
Time until_taken(Wire& wire, Flow& flow, std::uint64_t bytes, Time now, Duration step = 100us)
{
    for (std::uint64_t taken = 0; taken < bytes; now += step) {
        wire.advance(now);
        taken += flow.waiting();
        flow.take(flow.waiting(), now);
    }
    return now - step;
}

double seconds(Duration duration)
{
    return std::chrono::duration<double>(duration).count();
}

TEST(Wire, TakesRateAndHalfTheRoundTrip)
{
    Wire wire(shape(100ms, 20, false));
    Flow flow(wire.shape(), start);
    wire.add(flow);
    flow.arrive(megabyte / 4, start);
    EXPECT_NEAR(seconds(until_taken(wire, flow, megabyte / 4, start) - start), 0.050 + 0.100, 0.001);
}

TEST(Wire, SlowStartCostsTheTextbooksRoundTrips)
{
    Wire wire(shape(100ms, 20));
    Flow flow(wire.shape(), start);
    wire.add(flow);
    flow.arrive(megabyte, start);
    // 14480, 28960, 57920 and 115840 bytes cost a round trip each, then 250 KB are in flight and the wire is full.
    const auto expected = 4 * 0.100 + (1'000'000 - 217'200) / 2.5e6 + 0.050;
    EXPECT_NEAR(seconds(until_taken(wire, flow, megabyte, start) - start), expected, 0.02 * expected);
}

TEST(Wire, ToldLateItDoesEverythingAtItsTime)
{
    for (const auto step : {Duration(10us), Duration(10ms)}) {
        Wire wire(shape(20ms, 100));
        Flow flow(wire.shape(), start);
        wire.add(flow);
        flow.arrive(10 * megabyte, start);
        // Five rounds, then 0.8 s at full rate.
        const auto took = until_taken(wire, flow, 10 * megabyte, start, step) - start;
        EXPECT_NEAR(seconds(took), 0.874, 0.013) << step.count();
    }
}

TEST(Wire, ReceiveWindowLimitsOneConnection)
{
    Wire wire(shape(150ms, 1000, false));
    Flow flow(wire.shape(), start);
    wire.add(flow);
    const auto bytes = 4 * LinkShape::receive_window;
    flow.arrive(bytes, start);
    EXPECT_NEAR(seconds(until_taken(wire, flow, bytes, start) - start), 3 * 0.150 + 0.075 + 0.050, 0.005);
}

TEST(Wire, SmallAnswerDoesNotWaitBehindLargeOne)
{
    Wire wire(shape(20ms, 100, false));
    Flow large(wire.shape(), start);
    Flow small(wire.shape(), start);
    wire.add(large);
    wire.add(small);
    large.arrive(megabyte, start);
    wire.advance(start + 10ms);
    small.arrive(1000, start + 10ms);
    const auto took = until_taken(wire, small, 1000, start + 10ms) - (start + 10ms);
    EXPECT_NEAR(seconds(took), 0.010, 0.001);
}

TEST(Wire, SharesFairly)
{
    Wire wire(shape(20ms, 100, false));
    Flow first(wire.shape(), start);
    Flow second(wire.shape(), start);
    wire.add(first);
    wire.add(second);
    first.arrive(8 * megabyte, start);
    second.arrive(megabyte, start);
    auto now = start;
    for (std::uint64_t taken = 0; taken < megabyte; now += 100us) {
        wire.advance(now);
        taken += second.waiting();
        second.take(second.waiting(), now);
        first.take(first.waiting(), now);
    }
    EXPECT_NEAR(seconds(now - start), 2 * 0.080 + 0.010, 0.002);
}

TEST(Wire, ReceiverThatDoesNotTakeStopsTheSender)
{
    Wire wire(shape(20ms, 100, false));
    Flow flow(wire.shape(), start);
    wire.add(flow);
    flow.arrive(10 * megabyte, start);
    wire.advance(start + 10s);
    EXPECT_EQ(flow.waiting(), wire.shape().largest_window());
    flow.take(flow.waiting(), start + 10s);
    wire.advance(start + 20s);
    EXPECT_EQ(flow.waiting(), wire.shape().largest_window());
}

TEST(Wire, NothingIsSentBeforeTheHandshakeIsOver)
{
    Wire wire(shape(100ms, 100));
    Flow flow(wire.shape(), start + 100ms);
    wire.add(flow);
    flow.arrive(1, start);
    EXPECT_EQ(until_taken(wire, flow, 1, start) - start, 150ms + 100us) << "at the first step of the clock";
}

TEST(Wire, ForgetsAFlowThatIsGone)
{
    Wire wire(shape(100ms, 100));
    {
        Flow flow(wire.shape(), start);
        wire.add(flow);
        flow.arrive(megabyte, start);
        wire.advance(start + 120ms);
        wire.remove(flow);
    }
    EXPECT_EQ(wire.advance(start + 10s), Time::max());
}

} // namespace
} // namespace farboot::bench
