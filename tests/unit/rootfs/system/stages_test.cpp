#include "rootfs/system/boot_stages.hpp"

#include <gtest/gtest.h>

using namespace farboot::rootfs;

TEST(BootStages, AreTheNamesInStageLines)
{
    EXPECT_EQ(stage_in("farboot: stage: root-mounted bytes=123"), "root-mounted");
    EXPECT_EQ(stage_in("farboot: stage: vmchooser-ready"), "vmchooser-ready");
    EXPECT_EQ(stage_in("farboot: going on without a local disk"), "");
    EXPECT_EQ(stage_in("somebody: farboot: stage: x"), "");
    EXPECT_EQ(stage_in(""), "");
}

TEST(BootStages, ASystemHasStartedWhenSomebodyCanWork)
{
    using std::chrono::seconds;
    const std::vector<BootStage> booting{{"kernel", 0}, {"root-mounted", 4}};
    EXPECT_FALSE(has_started({}, seconds(20), seconds(10)));
    EXPECT_FALSE(has_started(booting, seconds(299), seconds(290)));
    auto chooser = booting;
    chooser.push_back({"vmchooser-ready", 19});
    EXPECT_TRUE(has_started(chooser, seconds(20), seconds(10)));
    auto settled = booting;
    settled.push_back({"startup-finished", 19});
    EXPECT_FALSE(has_started(settled, seconds(78), seconds(70)));
    EXPECT_TRUE(has_started(settled, seconds(80), seconds(70)));
    // One that was started again looks anew.
    EXPECT_FALSE(has_started(booting, seconds(3000), seconds(299)));
    EXPECT_TRUE(has_started(booting, seconds(3000), seconds(301)));
}
