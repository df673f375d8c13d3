#include "rootfs/nbd/neighbours.hpp"

#include <gtest/gtest.h>

namespace farboot::rootfs
{
namespace
{

using namespace std::chrono_literals;

constexpr std::uint64_t chunks_worth = 64 * 1024;
constexpr std::uint64_t mebibyte = 1024 * 1024;

struct NeighboursTest : testing::Test {
    void measured(SourceMeter::Duration latency, std::uint64_t bytes_a_second)
    {
        source.note_latency(latency);
        source.note_rate(bytes_a_second, 1s);
    }
    [[nodiscard]] Neighbours neighbours() const { return worthwhile_neighbours(source, counters); }

    SourceMeter source;
    Counters counters;
};

TEST_F(NeighboursTest, AChunksWorthBeforeAnythingWasMeasured)
{
    EXPECT_EQ(neighbours().after, chunks_worth);
    EXPECT_EQ(neighbours().before, 0);
}

TEST_F(NeighboursTest, AChunksWorthOnALocalNetwork)
{
    measured(10ms, 100'000'000);
    EXPECT_EQ(neighbours().after, chunks_worth);
    EXPECT_EQ(neighbours().before, 0);
}

TEST_F(NeighboursTest, ManyOverALongWay)
{
    measured(50ms, 12'500'000);
    EXPECT_EQ(neighbours().after, mebibyte);
    EXPECT_EQ(neighbours().before, mebibyte / 4);
}

TEST_F(NeighboursTest, NoMoreThanASlowLineCarriesInHalfASecond)
{
    measured(50ms, 500'000);
    EXPECT_EQ(neighbours().after, 250'000);
    measured(50ms, 1);
    for (int i = 0; i < 100; ++i)
        source.note_rate(1, 1s);
    EXPECT_EQ(neighbours().after, chunks_worth) << "never less than the chunk";
}

TEST_F(NeighboursTest, FewerTheMoreWasFetchedForNothing)
{
    measured(50ms, 12'500'000);
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

} // namespace
} // namespace farboot::rootfs
