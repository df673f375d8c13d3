#include "vmchooser/system/processes.hpp"

#include "tests/unit/vmchooser/temp_folder.hpp"

#include <gtest/gtest.h>

#include <thread>

using namespace farboot::vmchooser;

namespace
{

TEST(Processes, GivesExitCodeAndWhatWasSaid)
{
    SystemProcesses processes;
    const auto end = processes.run({"sh", "-c", "echo out; echo why >&2; exit 3"}, {});
    ASSERT_TRUE(end);
    EXPECT_EQ(end->exit_code, 3);
    EXPECT_EQ(end->message, "why\n");
}

TEST(Processes, PassesArgumentsThroughNoShell)
{
    SystemProcesses processes;
    EXPECT_EQ(processes.run({"test", "$HOME", "=", "$HOME"}, {})->exit_code, 0);
    EXPECT_EQ(processes.run({"test", "a b", "=", "a b"}, {})->exit_code, 0);
}

TEST(Processes, SaysWhichProgramIsMissing)
{
    SystemProcesses processes;
    const auto end = processes.run({"farboot-no-such-program"}, {});
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().reason, "program-missing");
    EXPECT_NE(end.error().sentence.find("farboot-no-such-program"), std::string::npos);
}

TEST(Processes, EndsAtOnceWhenStoppedFromAnotherThread)
{
    SystemProcesses processes;
    std::jthread run([&](std::stop_token stop) {
        const auto end = processes.run({"sleep", "3600"}, stop);
        ASSERT_TRUE(end);
        EXPECT_EQ(end->exit_code, -1);
    });
    run.request_stop();
    run.join(); // hangs an hour if stop is not heard
}

TEST(Processes, KillsWhatIgnoresTheRequestToEnd)
{
    const farboot::vmchooser::testing::TempFolder folder;
    SystemProcesses processes;
    std::jthread run([&](std::stop_token stop) {
        const auto end = processes.run(
            {"sh", "-c", "trap '' TERM; touch \"$0\"; while :; do sleep 0.1; done", folder / "deaf"}, stop);
        ASSERT_TRUE(end);
        EXPECT_EQ(end->exit_code, -1);
    });
    while (!std::filesystem::exists(folder / "deaf"))
        std::this_thread::yield();
}

} // namespace
