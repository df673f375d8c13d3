#include "rootfs/nbd/chunk_group.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace farboot::rootfs
{
namespace
{

using testing::ElementsAre;

constexpr std::uint64_t unlimited = 1ULL << 30;

TEST(ChunkGroup, JoinsNeighboursOfAPack)
{
    const std::vector<ChunkPlace> places{{0, 100, 8}, {0, 50, 108}, {0, 70, 158}};
    const std::vector<std::size_t> wanted{0, 1, 2};
    const auto group = first_group(places, wanted, unlimited);
    EXPECT_THAT(group.chunks, ElementsAre(0, 1, 2));
    EXPECT_EQ(group.pack, 0);
    EXPECT_EQ(group.range, (FileRange{8, 220}));
}

TEST(ChunkGroup, ReadsOverASmallGapButNotOverALargeOne)
{
    const std::vector<ChunkPlace> places{{0, 100, 0}, {0, 1000, 100}, {0, 100, 1100}, {0, 100, 1'000'000}};
    const std::vector<std::size_t> wanted{0, 2, 3};
    const auto group = first_group(places, wanted, unlimited);
    EXPECT_THAT(group.chunks, ElementsAre(0, 2));
    EXPECT_EQ(group.range, (FileRange{0, 1200}));
}

TEST(ChunkGroup, EndsWhereThePackOrTheOrderEnds)
{
    const std::vector<ChunkPlace> places{{0, 100, 500}, {1, 100, 600}, {0, 100, 400}};
    EXPECT_THAT(first_group(places, std::vector<std::size_t>{0, 1}, unlimited).chunks, ElementsAre(0));
    EXPECT_THAT(first_group(places, std::vector<std::size_t>{0, 2}, unlimited).chunks, ElementsAre(0));
    EXPECT_EQ(first_group(places, std::vector<std::size_t>{1}, unlimited).pack, 1);
}

TEST(ChunkGroup, KeepsWithinItsLimitButAlwaysTakesTheFirst)
{
    const std::vector<ChunkPlace> places{{0, 100, 0}, {0, 100, 100}, {0, 100, 200}};
    const std::vector<std::size_t> wanted{0, 1, 2};
    EXPECT_THAT(first_group(places, wanted, 200).chunks, ElementsAre(0, 1));
    EXPECT_THAT(first_group(places, wanted, 10).chunks, ElementsAre(0));
}

} // namespace
} // namespace farboot::rootfs
