#include "rootfs/nbd/hot_sources.hpp"

#include <gtest/gtest.h>

namespace farboot::rootfs
{
namespace
{

class HotSourcesTest : public testing::Test
{
protected:
    /// "a", "a past caches", "a again", "nobody".
    [[nodiscard]] std::string next() const
    {
        const auto next = asked.next(list);
        if (!next)
            return "nobody";
        return next->source.url + (next->past_caches ? " past caches" : "") + (next->again ? " again" : "");
    }

    const Source a{0, "a"};
    const Source b{1, "b"};
    const std::vector<Source> list{a, b};
    HotSources asked;
};

TEST_F(HotSourcesTest, WhatIsMissingOrWrongIsAskedForOnceMorePastCachesThenElsewhere)
{
    EXPECT_EQ(next(), "a");
    asked.note_stale(a);
    EXPECT_EQ(next(), "a past caches");
    asked.note_stale(a);
    EXPECT_EQ(next(), "b");
    asked.note_stale(b);
    EXPECT_EQ(next(), "b past caches");
    asked.note_stale(b);
    EXPECT_EQ(next(), "nobody");
    EXPECT_FALSE(asked.one_has_none());
}

TEST_F(HotSourcesTest, WhereThereIsNoListTheOthersAreAsked)
{
    asked.note_none(a);
    EXPECT_EQ(next(), "b");
    EXPECT_TRUE(asked.one_has_none());
    asked.note_none(b);
    EXPECT_EQ(next(), "nobody");
}

TEST_F(HotSourcesTest, TheOneThatFailedLeastIsNext)
{
    asked.note_failure(a);
    EXPECT_EQ(next(), "b");
    asked.note_failure(b);
    EXPECT_EQ(next(), "a again");
    asked.note_failure(a);
    EXPECT_EQ(next(), "b again");
    for (int i = 0; i < 100; ++i)
        asked.note_failure(i % 2 == 0 ? a : b);
    EXPECT_EQ(next(), "nobody");
}

TEST_F(HotSourcesTest, WhatCameMakesGoodThatNobodyWasReachedButNotWhatIsWrong)
{
    asked.note_failure(a);
    asked.note_stale(a);
    asked.note_stale(b);
    asked.note_stale(b);
    EXPECT_EQ(next(), "a past caches again");
    asked.note_progress();
    EXPECT_EQ(next(), "a past caches");
    asked.note_stale(a);
    EXPECT_EQ(next(), "nobody");
}

} // namespace
} // namespace farboot::rootfs
