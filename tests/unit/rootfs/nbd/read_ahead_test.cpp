#include "rootfs/nbd/read_ahead.hpp"

#include <gtest/gtest.h>

#include <random>

namespace farboot::rootfs
{
namespace
{

constexpr std::uint64_t KiB = 1024;
constexpr std::uint64_t MiB = 1024 * KiB;
constexpr std::uint64_t room = 64 * MiB;
constexpr std::uint64_t request = MiB;

TEST(ReadAhead, GrowsWithASequentialStreamUpToItsLimit)
{
    ReadAhead ahead(4 * MiB);
    EXPECT_FALSE(ahead.note({0, 128 * KiB}, room, request));
    std::uint64_t reaches = 0;
    std::uint64_t farthest = 0;
    for (std::uint64_t offset = 128 * KiB; offset < 64 * MiB; offset += 128 * KiB) {
        const auto end = offset + 128 * KiB;
        if (const auto plan = ahead.note({offset, 128 * KiB}, room, request)) {
            EXPECT_GE(plan->offset, end);
            EXPECT_GE(plan->offset, reaches) << "asked for twice";
            reaches = plan->offset + plan->length;
            farthest = std::max(farthest, reaches - end);
        }
        EXPECT_GT(reaches, end);
    }
    EXPECT_EQ(farthest, 4 * MiB);
}

TEST(ReadAhead, DoesNothingForRandomReads)
{
    ReadAhead ahead(4 * MiB);
    std::mt19937_64 random(7);
    int plans = 0;
    for (int i = 0; i < 1000; ++i)
        plans += ahead.note({random() % (1ULL << 40), 64 * KiB}, room, request).has_value() ? 1 : 0;
    EXPECT_EQ(plans, 0);
}

TEST(ReadAhead, AStreamThatEndsHasCostAtMostTwiceItsBytes)
{
    for (std::uint64_t length = 128 * KiB; length < 16 * MiB; length += 640 * KiB) {
        ReadAhead ahead(8 * MiB);
        std::uint64_t asked = 0;
        for (std::uint64_t offset = 0; offset < length; offset += 128 * KiB)
            if (const auto plan = ahead.note({offset, 128 * KiB}, room, request))
                asked = plan->offset + plan->length;
        EXPECT_LE(asked, 2 * length + 256 * KiB);
    }
}

TEST(ReadAhead, FollowsSeveralStreamsAtOnce)
{
    ReadAhead ahead(4 * MiB);
    int plans = 0;
    for (std::uint64_t step = 0; step < 20; ++step)
        for (std::uint64_t stream = 0; stream < 4; ++stream)
            plans += ahead.note({stream << 32 | step * 64 * KiB, 64 * KiB}, room, request).has_value() ? 1 : 0;
    EXPECT_GE(plans, 4 * 3);
}

TEST(ReadAhead, TakesReadsThatComeSomewhatOutOfOrder)
{
    ReadAhead ahead(4 * MiB);
    EXPECT_FALSE(ahead.note({0, 256 * KiB}, room, request));
    EXPECT_TRUE(ahead.note({512 * KiB, 256 * KiB}, room, request));
    EXPECT_FALSE(ahead.note({256 * KiB, 256 * KiB}, room, request)) << "a straggler is no progress";
    EXPECT_TRUE(ahead.note({768 * KiB, 512 * KiB}, room, request));
}

TEST(ReadAhead, PlansWhatThereIsRoomForAndTheRestLater)
{
    ReadAhead ahead(8 * MiB);
    EXPECT_FALSE(ahead.note({0, 4 * MiB}, room, request));
    EXPECT_FALSE(ahead.note({4 * MiB, MiB}, 0, request));
    EXPECT_EQ(ahead.note({5 * MiB, MiB}, 2 * MiB, request), (FileRange{6 * MiB, 2 * MiB}));
    EXPECT_EQ(ahead.note({6 * MiB, MiB}, room, request), (FileRange{8 * MiB, 6 * MiB}));
    EXPECT_FALSE(ahead.note({7 * MiB, 256 * KiB}, room, request)) << "less than a request";
}

TEST(ReadAhead, ALongStreamIsNotGivenUpForAGap)
{
    for (const auto gap : {2 * MiB, 20 * MiB}) {
        ReadAhead ahead(8 * MiB);
        for (std::uint64_t offset = 0; offset < 16 * MiB; offset += MiB)
            (void)ahead.note({offset, MiB}, room, request);
        std::uint64_t asked = 0;
        for (std::uint64_t step = 0; step < 4; ++step)
            if (const auto plan = ahead.note({16 * MiB + gap + step * MiB, MiB}, room, request))
                asked = plan->offset + plan->length - (16 * MiB + gap + step * MiB);
        EXPECT_EQ(asked >= 8 * MiB, gap < 8 * MiB) << asked;
    }
}

} // namespace
} // namespace farboot::rootfs
