#include "rootfs/nbd/neighbours.hpp"

#include <gtest/gtest.h>

namespace farboot::rootfs
{
namespace
{

using namespace std::chrono_literals;

constexpr std::uint64_t chunks_worth = 64 * 1024;
constexpr std::uint64_t mebibyte = 1024 * 1024;

constexpr std::uint64_t image_bytes = 400 * mebibyte;

struct NeighboursTest : testing::Test {
    void measured(SourceMeter::Duration latency, double burst, double sustained)
    {
        round_trip = latency;
        line = {burst, sustained};
    }
    [[nodiscard]] Neighbours neighbours() const
    {
        return worthwhile_neighbours(line, round_trip, counters, image_bytes, list_bytes, list_comes);
    }

    std::optional<SourceMeter::Duration> round_trip;
    SourceMeter::Line line;
    Counters counters;
    std::uint64_t list_bytes = 0;
    bool list_comes = false;
};

TEST_F(NeighboursTest, AChunksWorthBeforeAnythingWasMeasured)
{
    EXPECT_EQ(neighbours().after, chunks_worth);
    EXPECT_EQ(neighbours().before, 0);
}

TEST_F(NeighboursTest, NothingWhileAListFillsANarrowLine)
{
    list_comes = true;
    measured(50ms, 12.5e6, 2.5e6); // a busy PC finds bytes in a row
    EXPECT_EQ(neighbours().after, 0);
    measured(50ms, 12.5e6, 10e6);
    EXPECT_EQ(neighbours().after, 1024 * 1024);
    list_comes = false;
    measured(50ms, 2.5e6, 2.5e6);
    EXPECT_EQ(neighbours().after, 1024 * 1024);
}

TEST_F(NeighboursTest, AChunksWorthOnALocalNetwork)
{
    measured(10ms, 100e6, 100e6);
    EXPECT_EQ(neighbours().after, chunks_worth);
    EXPECT_EQ(neighbours().before, 0);
}

TEST_F(NeighboursTest, ManyOverALongWay)
{
    measured(50ms, 12.5e6, 10e6);
    EXPECT_EQ(neighbours().after, mebibyte);
    EXPECT_EQ(neighbours().before, mebibyte / 4);
}

TEST_F(NeighboursTest, NoMoreThanASlowLineCarriesInHalfASecond)
{
    measured(50ms, 0.5e6, 0.5e6);
    EXPECT_EQ(neighbours().after, 250'000);
    measured(50ms, 1, 1);
    EXPECT_EQ(neighbours().after, chunks_worth) << "never less than the chunk";
}

TEST_F(NeighboursTest, FewerTheMoreWasFetchedForNothing)
{
    measured(50ms, 12.5e6, 10e6);
    counters.landed_bytes = 8 * mebibyte;
    EXPECT_EQ(neighbours().after, mebibyte) << "so much is allowed before anything is read";
    counters.used_bytes = 100 * mebibyte;
    counters.landed_bytes = 158 * mebibyte;
    EXPECT_EQ(neighbours().after, mebibyte);
    counters.landed_bytes = 178 * mebibyte;
    EXPECT_NEAR(static_cast<double>(neighbours().after), mebibyte / 2.0, 1);
    counters.landed_bytes = 198 * mebibyte;
    EXPECT_EQ(neighbours().after, chunks_worth);
    EXPECT_EQ(neighbours().before, 0);
}

TEST_F(NeighboursTest, AWideLineBringsWhatItCarriesAndAsksNotWhetherItWasUsed)
{
    measured(100ms, 50e6, 25e6);
    counters.landed_bytes = 300 * mebibyte;
    EXPECT_EQ(neighbours().after, 2'000'000);
    EXPECT_EQ(neighbours().before, 500'000);
    measured(100ms, 125e6, 110e6);
    EXPECT_EQ(neighbours().after, 8 * mebibyte);
}

TEST_F(NeighboursTest, AWideLineWithAListBringsLittleMoreThanIsRead)
{
    list_bytes = 200 * mebibyte;
    measured(100ms, 125e6, 110e6);
    counters.landed_bytes = 24 * mebibyte;
    EXPECT_EQ(neighbours().after, 8 * mebibyte) << "so much is allowed before anything is read";
    counters.used_bytes = 100 * mebibyte;
    counters.landed_bytes = 114 * mebibyte;
    EXPECT_NEAR(static_cast<double>(neighbours().after), 8.0 * mebibyte, 1);
    counters.landed_bytes = 124 * mebibyte;
    EXPECT_NEAR(static_cast<double>(neighbours().after), 4.0 * mebibyte, 1);
    counters.landed_bytes = 134 * mebibyte;
    EXPECT_EQ(neighbours().after, chunks_worth);
}

TEST_F(NeighboursTest, BesideAShortListAWideLineBringsAFifthOfItAtFirst)
{
    list_bytes = 40 * mebibyte;
    measured(100ms, 125e6, 5e6);
    counters.landed_bytes = 7 * mebibyte;
    EXPECT_EQ(neighbours().after, 8 * mebibyte) << "to see whether it is wide";
    counters.landed_bytes = 8 * mebibyte;
    EXPECT_EQ(neighbours().after, mebibyte);
    measured(100ms, 125e6, 25e6);
    EXPECT_EQ(neighbours().after, 2'000'000);
    counters.landed_bytes = 9 * mebibyte;
    EXPECT_EQ(neighbours().after, chunks_worth) << "nothing was read of it";
}

TEST_F(NeighboursTest, ALineIsWideOnlyIfItCarriesTheImageInHalfAMinute)
{
    measured(100ms, 50e6, 25e6);
    counters.landed_bytes = 300 * mebibyte;
    EXPECT_EQ(worthwhile_neighbours(line, round_trip, counters, 2'000 * mebibyte).after, chunks_worth);
}

TEST_F(NeighboursTest, ALineThatSeemsWideIsTriedForAWhile)
{
    measured(100ms, 25e6, 5e6);
    EXPECT_EQ(neighbours().after, 8 * mebibyte);
    counters.landed_bytes = 23 * mebibyte;
    EXPECT_EQ(neighbours().after, 8 * mebibyte);
    counters.landed_bytes = 25 * mebibyte;
    EXPECT_EQ(neighbours().after, chunks_worth);
    counters.used_bytes = 100 * mebibyte;
    EXPECT_EQ(neighbours().after, mebibyte) << "and not again";
    measured(100ms, 80e6, 23e6);
    counters.landed_bytes = 11 * mebibyte;
    EXPECT_EQ(neighbours().after, 8 * mebibyte) << "it is wide; how wide, so little does not show";
    counters.landed_bytes = 25 * mebibyte;
    EXPECT_EQ(neighbours().after, 1'840'000);
}

} // namespace
} // namespace farboot::rootfs
