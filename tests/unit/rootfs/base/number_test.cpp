#include "rootfs/base/number.hpp"

#include <gtest/gtest.h>

#include <cstdint>

using farboot::rootfs::to_number;

TEST(Number, IsAllOfTheText)
{
    EXPECT_EQ(to_number<std::uint64_t>("18446744073709551615"), UINT64_MAX);
    EXPECT_EQ(to_number<int>("-7"), -7);
    EXPECT_EQ(to_number<int>("007"), 7);
    for (const auto* text : {"", " 1", "1 ", "+1", "1x", "0x1", "1.0", "-"})
        EXPECT_EQ(to_number<int>(text), std::nullopt) << text;
}

TEST(Number, ThatDoesNotFitIsNone)
{
    EXPECT_EQ(to_number<std::uint64_t>("18446744073709551616"), std::nullopt);
    EXPECT_EQ(to_number<std::uint64_t>("-1"), std::nullopt);
    EXPECT_EQ(to_number<std::uint16_t>("65536"), std::nullopt);
}
