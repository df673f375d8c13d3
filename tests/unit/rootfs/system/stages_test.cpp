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
