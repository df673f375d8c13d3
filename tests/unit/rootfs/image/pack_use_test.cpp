#include "rootfs/image/pack_use.hpp"

#include "tests/unit/rootfs/image/sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace farboot::rootfs
{
namespace
{

/// A pack's index with chunks of some lengths.
PackIndex index_of(const std::vector<std::uint32_t>& lengths)
{
    PackIndex index;
    auto offset = pack_header_bytes;
    for (const auto length : lengths) {
        index.rows.push_back({sha256(as_bytes(std::to_string(offset))), offset, length, length});
        offset += length;
    }
    return index;
}

TEST(PackUseTest, CountsAPlaceOnce)
{
    PackUse use(1 << 20);
    for (int round = 0; round < 3; ++round)
        for (std::uint64_t i = 0; i < 5000; ++i)
            use.add(20 * (5000 - i), 10);
    EXPECT_EQ(use.live_bytes(), 50'000);
}

TEST(PackUseTest, NothingIsNeededOfAPackWithoutUse)
{
    const PackUse use(1 << 20);
    EXPECT_EQ(use.live_bytes(), 0U);
    EXPECT_TRUE(use.rows_of(index_of({1, 2}))->empty());
}

TEST(PackUseTest, KnowsItsRowsWhateverTheOrder)
{
    std::mt19937_64 random(1);
    for (int round = 0; round < 200; ++round) {
        std::vector<std::uint32_t> lengths(1 + random() % 60);
        for (auto& length : lengths)
            length = static_cast<std::uint32_t>(1 + random() % 5);
        const auto index = index_of(lengths);
        PackUse use(1 << 20);
        std::map<std::uint64_t, PackIndex::Row> expected;
        for (auto times = random() % 300; times > 0; --times) {
            const auto first = random() % index.rows.size();
            for (auto row = first; row < std::min(first + random() % 8, index.rows.size()); ++row) {
                use.add(index.rows[row].offset, index.rows[row].stored_length);
                expected.emplace(index.rows[row].offset, index.rows[row]);
            }
        }
        const auto rows = use.rows_of(index);
        ASSERT_TRUE(rows) << rows.error().sentence;
        ASSERT_EQ(rows->size(), expected.size());
        std::uint64_t live = 0;
        for (const auto& row : *rows) {
            EXPECT_EQ(row, expected.at(row.offset));
            live += row.stored_length;
        }
        EXPECT_EQ(use.live_bytes(), live);
    }
}

TEST(PackUseTest, WhatIsNoneOfTheChunksIsMalformed)
{
    const auto index = index_of({10, 10, 10});
    for (const auto& [offset, length] : {std::pair{8, 5}, {10, 10}, {30, 9}, {38, 10}}) {
        PackUse use(1 << 20);
        use.add(static_cast<std::uint64_t>(offset), static_cast<std::uint32_t>(length));
        EXPECT_EQ(reason(use.rows_of(index)), "pack-malformed") << offset;
    }
}

} // namespace
} // namespace farboot::rootfs
