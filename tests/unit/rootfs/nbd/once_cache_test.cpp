#include "rootfs/nbd/once_cache.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <new>
#include <string>
#include <thread>
#include <vector>

namespace farboot::rootfs
{
namespace
{

using Cache = OnceCache<int, std::string>;

TEST(OnceCache, MakesOnceWhatManyWantAtTheSameTime)
{
    Cache cache(4);
    std::atomic<int> made = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            const auto value = cache.get(1, {}, [&]() -> Result<Cache::Pointer> {
                ++made;
                std::this_thread::yield();
                return std::make_shared<const std::string>("one");
            });
            EXPECT_EQ(**value, "one");
        });
    threads.clear();
    EXPECT_EQ(made, 1);
}

TEST(OnceCache, TriesAgainAfterAFailure)
{
    Cache cache(4);
    EXPECT_FALSE(cache.get(1, {}, []() -> Result<Cache::Pointer> { return fail("bad", "Bad."); }));
    EXPECT_TRUE(cache.get(1, {}, []() -> Result<Cache::Pointer> { return std::make_shared<const std::string>("x"); }));
}

TEST(OnceCache, TriesAgainAfterWhatWasThrown)
{
    Cache cache(4);
    EXPECT_THROW((void)cache.get(1, {}, []() -> Result<Cache::Pointer> { throw std::bad_alloc(); }), std::bad_alloc);
    EXPECT_FALSE(cache.has(1));
    EXPECT_TRUE(cache.get(1, {}, []() -> Result<Cache::Pointer> { return std::make_shared<const std::string>("x"); }));
}

TEST(OnceCache, KnowsAValueOnceItIsMade)
{
    Cache cache(4);
    const auto make = [&]() -> Result<Cache::Pointer> {
        EXPECT_TRUE(cache.has(1));
        EXPECT_FALSE(cache.knows(1));
        return std::make_shared<const std::string>();
    };
    EXPECT_FALSE(cache.knows(1));
    ASSERT_TRUE(cache.get(1, {}, make));
    EXPECT_TRUE(cache.knows(1));
    EXPECT_FALSE(cache.knows(2));
}

TEST(OnceCache, ForgetsWhatWasUsedLongestAgo)
{
    Cache cache(2);
    int made = 0;
    const auto get = [&](int key) {
        return cache.get(key, {}, [&]() -> Result<Cache::Pointer> {
            ++made;
            return std::make_shared<const std::string>();
        });
    };
    for (const auto key : {1, 2, 1, 3})
        ASSERT_TRUE(get(key));
    ASSERT_TRUE(get(1));
    EXPECT_EQ(made, 3);
    ASSERT_TRUE(get(2));
    EXPECT_EQ(made, 4);
}

TEST(OnceCache, DoesNotKeepWhatWasBegunBeforeItWasCleared)
{
    Cache cache(2);
    int made = 0;
    const auto make = [&]() -> Result<Cache::Pointer> {
        if (++made == 1)
            cache.clear();
        return std::make_shared<const std::string>(std::to_string(made));
    };
    EXPECT_EQ(**cache.get(1, {}, make), "1");
    EXPECT_EQ(**cache.get(1, {}, make), "2");
}

} // namespace
} // namespace farboot::rootfs
