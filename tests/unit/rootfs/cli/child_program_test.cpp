#include "rootfs/cli/child_program.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

namespace farboot::rootfs
{
namespace
{

TEST(ChildProgramTest, SaysHowItEnded)
{
    EXPECT_TRUE(run_program({"true"}, {}));
    EXPECT_EQ(run_program({"false"}, {}).error().reason, "program-failed");
    EXPECT_EQ(run_program({"sh", "-c", "kill -9 $$"}, {}).error().reason, "program-failed");
    EXPECT_EQ(run_program({"farboot-no-such-program"}, {}).error().reason, "program-failed");
    EXPECT_TRUE(find_program("sh", "dash"));
    EXPECT_EQ(find_program("farboot-no-such-program", "none").error().reason, "program-missing");
}

TEST(ChildProgramTest, AStopEndsIt)
{
    std::stop_source stop;
    // As StopOnSignal does: children must not inherit it.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    const std::jthread stopper([&] { stop.request_stop(); });
    EXPECT_EQ(run_program({"sleep", "1000"}, stop.get_token()).error().reason, "cancelled");
    ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

} // namespace
} // namespace farboot::rootfs
