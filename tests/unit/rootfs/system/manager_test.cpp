#include "rootfs/system/manager.hpp"

#include "tests/unit/rootfs/fetch/authority.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include <sys/stat.h>

namespace farboot::rootfs
{

using testing::HasSubstr;

namespace
{

/// A systemctl that writes down what it is told, and which signals it would not get.
class ManagerTest : public testing::Test
{
protected:
    ManagerTest()
    {
        systemctl(0);
        ::setenv("PATH", (folder_.path().string() + ":" + path_).c_str(), 1);
    }
    ~ManagerTest() override { ::setenv("PATH", path_.c_str(), 1); }
    void systemctl(int status)
    {
        const auto file = folder_.path() / "systemctl";
        std::ofstream(file) << "#!/bin/sh\n{ echo \"$@\"; grep SigBlk /proc/self/status; } >\"" << told_.string()
                            << "\"\nexit " << status << "\n";
        ::chmod(file.c_str(), 0755);
    }
    std::string told() const
    {
        std::ifstream stream(told_);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    testing_fetch::Folder folder_;
    std::filesystem::path told_ = folder_.path() / "told";
    std::string path_ = std::getenv("PATH");
};

TEST_F(ManagerTest, SystemdIsToldWhatPersonsWouldTellIt)
{
    EXPECT_TRUE(begin_ending(Ending::kexec));
    EXPECT_THAT(told(), HasSubstr("--no-block kexec\n"));
    EXPECT_TRUE(begin_ending(Ending::reboot));
    EXPECT_THAT(told(), HasSubstr("--no-block reboot\n"));
    EXPECT_TRUE(begin_ending(Ending::power_off));
    EXPECT_THAT(told(), HasSubstr("--no-block poweroff\n"));
    EXPECT_TRUE(begin_kexec_reboot("7:debian"));
    EXPECT_THAT(told(), HasSubstr("--no-block start farboot-kexec-reboot@7:debian.service\n"));
}

TEST_F(ManagerTest, WhatSystemdRefusesIsTold)
{
    systemctl(1);
    const auto begun = begin_ending(Ending::kexec);
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error().reason, "program-failed");
    EXPECT_THAT(begun.error().sentence, HasSubstr("systemctl --no-block kexec"));
}

TEST_F(ManagerTest, ItsProgramsGetTheSignalsThatThisOneLeavesToAThread)
{
    sigset_t blocked;
    sigset_t before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &blocked, &before), 0);
    EXPECT_TRUE(begin_ending(Ending::reboot));
    ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, &before, nullptr), 0);
    EXPECT_THAT(told(), HasSubstr("SigBlk:\t0000000000000000\n"));
}

} // namespace

} // namespace farboot::rootfs
