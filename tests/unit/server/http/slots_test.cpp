#include "server/http/impl/slots.hpp"

#include <gtest/gtest.h>

using farboot::server::http::Slots;

TEST(Slots, AreLimitedByKeyAndInAll)
{
    Slots slots(3, 2);
    auto first = slots.take("a");
    auto second = slots.take("a");
    ASSERT_TRUE(first && second);
    EXPECT_FALSE(slots.take("a"));
    auto third = slots.take("b");
    ASSERT_TRUE(third);
    EXPECT_FALSE(slots.take("c"));
    first.reset();
    EXPECT_TRUE(slots.take("a"));
}

TEST(Slots, WithoutAKeyOnlyTheWholeCounts)
{
    Slots slots(3, 1);
    auto first = slots.take("");
    auto second = slots.take("");
    EXPECT_TRUE(first && second);
    EXPECT_FALSE(slots.wait_until_empty(std::chrono::milliseconds(1)));
    first.reset();
    second.reset();
    EXPECT_TRUE(slots.wait_until_empty(std::chrono::milliseconds(1)));
}
