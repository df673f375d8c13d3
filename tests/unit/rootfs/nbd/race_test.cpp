#include "rootfs/nbd/race.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace farboot::rootfs
{
namespace
{

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class RaceTest : public testing::Test
{
protected:
    RaceTest() { meter.note_latency(0s); } // late after 300 ms

    void add(std::function<Result<void>(std::stop_token)> run, bool may_run_beside = true)
    {
        progress.emplace_back(meter);
        const auto number = runners.size();
        const auto noted = [this, number, run = std::move(run)](std::stop_token stop) {
            {
                const std::scoped_lock lock(mutex);
                begun.push_back(number);
            }
            return run(std::move(stop));
        };
        runners.push_back({noted, &progress.back(), may_run_beside});
    }
    RaceTrack::Outcome run(const std::stop_token& stop = {}) { return track.run(runners, stop, hedged); }

    static Result<void> good(const std::stop_token&) { return {}; }
    static Result<void> bad(const std::stop_token&) { return fail("unreachable", "Down."); }
    /// Says nothing until it is told to end.
    static Result<void> silent(const std::stop_token& stop)
    {
        wait_until([&] { return stop.stop_requested(); });
        return fail("cancelled", "Ended.");
    }
    template <class Condition>
    static void wait_until(Condition condition)
    {
        while (!condition())
            std::this_thread::sleep_for(1ms);
    }

    SourceMeter meter;
    std::deque<Progress> progress;
    std::vector<Runner> runners;
    std::mutex mutex;
    std::vector<std::size_t> begun;
    std::atomic<std::uint64_t> hedged = 0;
    RaceTrack track{2};
};

TEST_F(RaceTest, TheFirstRunsAloneWhenItIsGood)
{
    add(good);
    add(good);
    const auto outcome = run();
    EXPECT_TRUE(outcome.result);
    EXPECT_EQ(outcome.winner, 0);
    EXPECT_THAT(outcome.beaten, IsEmpty());
    EXPECT_THAT(begun, ElementsAre(0));
}

TEST_F(RaceTest, TheNextRunsWhenOneFails)
{
    add(bad);
    add(bad, false);
    add(good, false);
    const auto outcome = run();
    EXPECT_TRUE(outcome.result);
    EXPECT_EQ(outcome.winner, 2);
    EXPECT_THAT(outcome.beaten, IsEmpty()) << "who failed is not slow";
    EXPECT_EQ(hedged, 0);
}

TEST_F(RaceTest, SaysWhyTheLastOneFailed)
{
    add(bad);
    add([](const std::stop_token&) -> Result<void> { return fail("tls", "Who is it?"); });
    EXPECT_EQ(run().result.error().reason, "tls");
}

TEST_F(RaceTest, WhatThrowsHasFailed)
{
    add([](const std::stop_token&) -> Result<void> { throw std::runtime_error("no memory"); });
    EXPECT_EQ(run().result.error().reason, "internal");
}

TEST_F(RaceTest, TheNextRunsBesideALateOneAndEndsItWhenItIsFirst)
{
    add(silent);
    add(good);
    const auto outcome = run();
    EXPECT_TRUE(outcome.result);
    EXPECT_EQ(outcome.winner, 1);
    EXPECT_THAT(outcome.beaten, ElementsAre(0));
    EXPECT_EQ(hedged, 1);
}

TEST_F(RaceTest, TheLateOneCanStillBeFirst)
{
    std::atomic<bool> beside = false;
    add([&](const std::stop_token&) -> Result<void> {
        wait_until([&] { return beside.load(); });
        return {};
    });
    add([&](const std::stop_token& stop) {
        beside = true;
        return silent(stop);
    });
    const auto outcome = run();
    EXPECT_TRUE(outcome.result);
    EXPECT_EQ(outcome.winner, 0);
    EXPECT_THAT(outcome.beaten, IsEmpty());
}

TEST_F(RaceTest, TheThirdRunsBesideTwoLateOnes)
{
    add(silent);
    add(silent);
    add(good);
    const auto outcome = run();
    EXPECT_EQ(outcome.winner, 2);
    EXPECT_THAT(outcome.beaten, ElementsAre(0, 1));
    EXPECT_EQ(hedged, 2);
}

TEST_F(RaceTest, AFailureOfTheLateOneLeavesTheOtherRunning)
{
    std::atomic<bool> beside = false;
    std::atomic<bool> failed = false;
    add([&](const std::stop_token&) -> Result<void> {
        wait_until([&] { return beside.load(); });
        failed = true;
        return fail("truncated", "Broke off.");
    });
    add([&](const std::stop_token&) -> Result<void> {
        beside = true;
        wait_until([&] { return failed.load(); });
        return {};
    });
    const auto outcome = run();
    EXPECT_TRUE(outcome.result);
    EXPECT_EQ(outcome.winner, 1);
    EXPECT_THAT(begun, ElementsAre(0, 1));
}

TEST_F(RaceTest, WhoMayNotRunBesideWaitsForAFailure)
{
    // While the first is late, another race on the same track sees its second begin: the threads have looked.
    std::deque<Progress> others;
    others.emplace_back(meter);
    others.emplace_back(meter);
    const std::vector<Runner> other{{silent, &others[0]}, {good, &others[1]}};
    add([&](const std::stop_token&) -> Result<void> {
        wait_until([&] { return progress[0].late_at() < Progress::Clock::now(); });
        EXPECT_EQ(track.run(other, {}, hedged).winner, 1);
        const std::scoped_lock lock(mutex);
        EXPECT_THAT(begun, ElementsAre(0));
        return {};
    });
    add(good, false);
    EXPECT_TRUE(run().result);
    EXPECT_EQ(hedged, 1) << "of the other race";
}

TEST_F(RaceTest, TheNextRunsBesideALateOneThoughAllThreadsOfTheTrackAreHeldUp)
{
    // The second holds up the only one. Once the first has failed, the race's own thread has nothing to do.
    std::atomic<bool> beside = false;
    add([&](const std::stop_token&) -> Result<void> {
        wait_until([&] { return beside.load(); });
        return fail("truncated", "Broke off.");
    });
    add([&](const std::stop_token& mine) {
        beside = true;
        return silent(mine);
    });
    add(good);
    RaceTrack narrow(1);
    const auto outcome = narrow.run(runners, {}, hedged);
    EXPECT_TRUE(outcome.result);
    EXPECT_EQ(outcome.winner, 2);
    EXPECT_THAT(outcome.beaten, ElementsAre(1));
    EXPECT_EQ(hedged, 2);
}

TEST_F(RaceTest, IsStoppedFromOutside)
{
    std::stop_source stop;
    add([&](const std::stop_token& mine) {
        stop.request_stop();
        return silent(mine);
    });
    add(good, false);
    EXPECT_EQ(run(stop.get_token()).result.error().reason, "cancelled");
    EXPECT_THAT(begun, ElementsAre(0));
}

TEST_F(RaceTest, OnlySoManyRunBesideOthers)
{
    constexpr std::size_t many = 9; // one more than at once
    const auto start = Progress::Clock::now();
    RaceTrack wide(many);
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < many; ++i)
        threads.emplace_back([&] {
            std::deque<Progress> its_own;
            its_own.emplace_back(meter);
            its_own.emplace_back(meter);
            const auto until_all = [&](const std::stop_token&) -> Result<void> {
                wait_until([&] { return hedged == many; });
                return {};
            };
            const std::vector<Runner> two{{until_all, &its_own.front()}, {until_all, &its_own.back()}};
            EXPECT_TRUE(wide.run(two, {}, hedged).result);
        });
    threads.clear();
    EXPECT_GE(Progress::Clock::now() - start, 1s) << "the ninth had to wait for its turn, which comes once a second";
}

} // namespace
} // namespace farboot::rootfs
