#include "rootfs/system/kexec_reboot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <vector>

namespace farboot::rootfs
{

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

namespace
{

void wait_for(const std::stop_token& stop)
{
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    stopped.wait(lock, stop, [] { return false; });
}

class KexecRebootTest : public testing::Test
{
protected:
    KexecRebootTest()
    {
        reboot_.load = [this](const std::stop_token&) { return loaded_; };
        reboot_.begin = [this](Ending ending) {
            begun_.push_back(ending);
            return ending == Ending::kexec ? kexec_ : usual_;
        };
        reboot_.tell = [this](const std::string& outcome, const std::stop_token& stop) {
            told_.push_back(outcome);
            EXPECT_FALSE(stop.stop_requested());
        };
    }

    Result<void> loaded_;
    Result<void> kexec_;
    Result<void> usual_;
    std::vector<Ending> begun_;
    std::vector<std::string> told_;
    std::stop_source signal_;
    KexecReboot reboot_;
};

TEST_F(KexecRebootTest, WhatIsLoadedIsStarted)
{
    EXPECT_TRUE(reboot_.run(signal_.get_token()));
    EXPECT_THAT(begun_, ElementsAre(Ending::kexec));
    EXPECT_THAT(told_, ElementsAre("done"));
}

TEST_F(KexecRebootTest, WhatCannotBeLoadedIsToldAndThePcRebootsAsUsual)
{
    loaded_ = fail("revoked", "It is revoked.");
    EXPECT_TRUE(reboot_.run(signal_.get_token()));
    EXPECT_THAT(begun_, ElementsAre(Ending::reboot));
    EXPECT_THAT(told_, ElementsAre("Through the firmware: It is revoked."));
}

TEST_F(KexecRebootTest, AKexecThatSystemdRefusesIsAUsualReboot)
{
    kexec_ = fail("program-failed", "No kexec.");
    EXPECT_TRUE(reboot_.run(signal_.get_token()));
    EXPECT_THAT(begun_, ElementsAre(Ending::kexec, Ending::reboot));
    EXPECT_THAT(told_, ElementsAre("Through the firmware: No kexec."));
}

TEST_F(KexecRebootTest, APcThatDoesNotRebootAtAllIsTold)
{
    kexec_ = fail("program-failed", "No kexec.");
    usual_ = fail("program-failed", "No reboot.");
    const auto done = reboot_.run(signal_.get_token());
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().reason, "program-failed");
    EXPECT_THAT(told_, ElementsAre("It does not reboot: No reboot. Before: No kexec."));
}

TEST_F(KexecRebootTest, WhatDoesNotComeInTimeIsAUsualReboot)
{
    reboot_.longest_load = 1ms;
    reboot_.load = [](const std::stop_token& stop) -> Result<void> {
        wait_for(stop);
        return fail("cancelled", "It was stopped.");
    };
    EXPECT_TRUE(reboot_.run(signal_.get_token()));
    EXPECT_THAT(begun_, ElementsAre(Ending::reboot));
    EXPECT_THAT(told_, ElementsAre("Through the firmware: The next system was not loaded within 0 s."));
}

TEST_F(KexecRebootTest, ASignalWhileItLoadsEndsAllOfIt)
{
    reboot_.load = [this](const std::stop_token& stop) -> Result<void> {
        signal_.request_stop();
        wait_for(stop);
        return fail("cancelled", "It was stopped.");
    };
    const auto done = reboot_.run(signal_.get_token());
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().reason, "cancelled");
    EXPECT_THAT(begun_, IsEmpty());
    EXPECT_THAT(told_, IsEmpty());
}

TEST_F(KexecRebootTest, TheSignalOfTheRebootDoesNotKeepItFromBeingTold)
{
    reboot_.begin = [this](Ending) -> Result<void> {
        signal_.request_stop();
        return {};
    };
    EXPECT_TRUE(reboot_.run(signal_.get_token()));
    EXPECT_THAT(told_, ElementsAre("done"));
}

TEST_F(KexecRebootTest, AServerThatIsAwayDoesNotHoldUpTheReboot)
{
    reboot_.longest_tell = 1ms;
    reboot_.tell = [](const std::string&, const std::stop_token& stop) { wait_for(stop); };
    EXPECT_TRUE(reboot_.run(signal_.get_token()));
}

} // namespace

} // namespace farboot::rootfs
