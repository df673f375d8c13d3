#include "rootfs/nbd/chunk_cache.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace farboot::rootfs
{
namespace
{

constexpr std::size_t chunk_bytes = 1000;

ChunkRef ref_of(char name)
{
    return {0, chunk_bytes, sha256(as_bytes(std::string(1, name)))};
}

Chunk some_chunk()
{
    return std::make_shared<ChunkBytes>(chunk_bytes);
}

void put(ChunkCache& cache, char name)
{
    const auto found = cache.look_up(ref_of(name), Cause::demand);
    ASSERT_TRUE(found.mine);
    cache.land(ref_of(name).digest, found.flight, some_chunk());
}

bool has(ChunkCache& cache, char name)
{
    const auto found = cache.look_up(ref_of(name), Cause::demand);
    if (found.mine)
        cache.fail_flight(ref_of(name).digest, found.flight, {"test", "Only looked."});
    return found.chunk != nullptr;
}

TEST(ChunkCache, NeverHoldsMoreThanItsLimitAndForgetsTheLeastRecentlyUsed)
{
    ChunkCache cache(3 * chunk_bytes);
    for (const auto name : {'a', 'b', 'c'})
        put(cache, name);
    EXPECT_TRUE(has(cache, 'a'));
    put(cache, 'd');
    EXPECT_EQ(cache.bytes(), 3 * chunk_bytes);
    EXPECT_TRUE(has(cache, 'a'));
    EXPECT_FALSE(has(cache, 'b'));
    EXPECT_TRUE(has(cache, 'd'));
}

TEST(ChunkCache, FetchesOnceWhatTwoWant)
{
    ChunkCache cache(10 * chunk_bytes);
    const auto first = cache.look_up(ref_of('a'), Cause::demand);
    const auto second = cache.look_up(ref_of('a'), Cause::demand);
    ASSERT_TRUE(first.mine);
    ASSERT_FALSE(second.mine);
    std::jthread lander([&] { cache.land(ref_of('a').digest, first.flight, some_chunk()); });
    EXPECT_TRUE(cache.wait(second.flight, {}));
}

TEST(ChunkCache, TellsThoseWhoWaitOfAFailureAndStartsAnew)
{
    ChunkCache cache(10 * chunk_bytes);
    const auto found = cache.look_up(ref_of('a'), Cause::demand);
    cache.fail_flight(ref_of('a').digest, found.flight, {"unreachable", "Down."});
    const auto result = cache.wait(found.flight, {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason, "unreachable");
    EXPECT_TRUE(cache.look_up(ref_of('a'), Cause::demand).mine);
}

TEST(ChunkCache, DemandTakesOverWhatReadAheadHasNotBegun)
{
    ChunkCache cache(10 * chunk_bytes);
    const auto queued = cache.look_up(ref_of('a'), Cause::read_ahead);
    ASSERT_TRUE(queued.mine);
    EXPECT_TRUE(cache.look_up(ref_of('a'), Cause::demand).mine);
    EXPECT_FALSE(cache.is_queued(queued.flight)) << "read-ahead must leave it to demand";
    cache.start({queued.flight});
    EXPECT_EQ(queued.flight->cause, Cause::demand);
    EXPECT_FALSE(cache.look_up(ref_of('a'), Cause::demand).mine);
}

TEST(ChunkCache, DemandDoesNotWaitForReadAheadThatIsStuck)
{
    ChunkCache cache(10 * chunk_bytes);
    const auto ahead = cache.look_up(ref_of('a'), Cause::read_ahead);
    ASSERT_TRUE(cache.is_queued(ahead.flight));
    cache.start({ahead.flight});
    const auto demand = cache.look_up(ref_of('a'), Cause::demand);
    ASSERT_FALSE(demand.mine);
    const auto result = cache.wait(demand.flight, {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason, "stuck");

    const auto again = cache.replace(ref_of('a'), demand.flight);
    ASSERT_TRUE(again.mine);
    // The stuck one comes first after all: both are served.
    cache.land(ref_of('a').digest, ahead.flight, some_chunk());
    EXPECT_TRUE(cache.wait(again.flight, {}));
    cache.land(ref_of('a').digest, again.flight, some_chunk());
    EXPECT_EQ(cache.bytes(), chunk_bytes);
}

TEST(ChunkCache, WhatIsAskedForAnewIsUsedOnce)
{
    ChunkCache cache(10 * chunk_bytes);
    const auto ahead = cache.look_up(ref_of('a'), Cause::read_ahead);
    EXPECT_TRUE(cache.first_use(ref_of('a').digest));
    const auto again = cache.replace(ref_of('a'), ahead.flight);
    cache.land(ref_of('a').digest, again.flight, some_chunk());
    EXPECT_FALSE(cache.first_use(ref_of('a').digest));
}

TEST(ChunkCache, WaitingEndsWithItsPatience)
{
    ChunkCache cache(10 * chunk_bytes);
    const auto found = cache.look_up(ref_of('a'), Cause::demand);
    Patience patience;
    patience.still_wanted = [] { return false; };
    const auto result = cache.wait(found.flight, patience);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason, "cancelled");
}

} // namespace
} // namespace farboot::rootfs
