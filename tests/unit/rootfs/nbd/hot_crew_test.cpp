#include "rootfs/nbd/hot_crew.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <stdexcept>

namespace farboot::rootfs
{
namespace
{

/// Waits for its end by `stop`.
void wait_for(const std::stop_token& stop)
{
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait(lock, stop, [] { return false; });
}

const HotLanes::Line line{2e6, 0.5e6, std::chrono::milliseconds(150)};

TEST(HotCrew, IsOneAtFirst)
{
    HotLanes lanes;
    std::atomic<int> began = 0;
    HotCrew crew(lanes, [&](bool first, const Patience&) -> Result<void> {
        EXPECT_TRUE(first);
        ++began;
        return {};
    });
    EXPECT_TRUE(crew.run({}));
    EXPECT_EQ(began, 1);
}

TEST(HotCrew, GetsHelpWhileItIsAtWork)
{
    HotLanes lanes;
    std::atomic<std::size_t> began = 0;
    HotCrew crew(lanes, [&](bool first, const Patience&) -> Result<void> {
        if (first)
            lanes.note_request(line); // it is found to need some
        ++began;
        while (began < lanes.count())
            std::this_thread::yield();
        return {};
    });
    EXPECT_TRUE(crew.run({}));
    EXPECT_GE(began, 2);
    EXPECT_EQ(began, lanes.count());
}

TEST(HotCrew, WhatTheFirstOneFailsOfEndsTheOthers)
{
    HotLanes lanes;
    lanes.note_request(line);
    HotCrew crew(lanes, [&](bool first, const Patience& patience) -> Result<void> {
        if (first)
            return fail("unreachable", "Nobody is there.");
        wait_for(patience.stop);
        return {};
    });
    const auto done = crew.run({});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().reason, "unreachable");
}

TEST(HotCrew, WhatIsWrongEndsAllAndWhatServersRefuseDoesNot)
{
    HotLanes lanes;
    lanes.note_request(line);
    HotCrew refused(lanes, [&](bool first, const Patience&) -> Result<void> {
        return first ? Result<void>{} : fail("unreachable", "It takes no more connections.");
    });
    EXPECT_TRUE(refused.run({}));
    HotCrew broken(lanes, [&](bool first, const Patience&) -> Result<void> {
        return first ? Result<void>{} : throw std::runtime_error("no memory");
    });
    EXPECT_TRUE(broken.run({}));
    HotCrew wrong(lanes, [&](bool first, const Patience& patience) -> Result<void> {
        if (!first)
            return fail("digest-mismatch", "A wrong byte.");
        wait_for(patience.stop);
        return {};
    });
    const auto done = wrong.run({});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().reason, "digest-mismatch");
}

TEST(HotCrew, IsStoppedFromOutside)
{
    HotLanes lanes;
    std::stop_source stop;
    HotCrew crew(lanes, [&](bool, const Patience& patience) -> Result<void> {
        stop.request_stop();
        wait_for(patience.stop);
        return {};
    });
    EXPECT_TRUE(crew.run({stop.get_token(), std::nullopt, {}}));
}

} // namespace
} // namespace farboot::rootfs
