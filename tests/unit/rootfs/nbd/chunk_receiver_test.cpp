#include "rootfs/nbd/chunk_receiver.hpp"

#include <gtest/gtest.h>

#include <map>

namespace farboot::rootfs
{
namespace
{

class ChunkReceiverTest : public testing::Test
{
protected:
    /// A chunk that is stored raw, at this place of the body.
    static ChunkReceiver::Expected raw(std::string_view text, std::uint64_t offset)
    {
        return {{0, static_cast<std::uint32_t>(text.size()), sha256(as_bytes(text))},
                offset,
                static_cast<std::uint32_t>(text.size())};
    }
    ChunkReceiver receiver(std::vector<ChunkReceiver::Expected> expected)
    {
        return {std::move(expected), [this](std::size_t index, const Chunk& chunk) {
                    landed[index] = std::string(reinterpret_cast<const char*>(chunk->data()), chunk->size());
                }};
    }
    std::map<std::size_t, std::string> landed;
};

TEST_F(ChunkReceiverTest, CutsABodyThatComesInAnyPieces)
{
    const std::string body = "onegapthree!rest";
    for (std::size_t size = 1; size <= body.size(); ++size) {
        landed.clear();
        auto under_test = receiver({raw("one", 0), raw("three!", 6)});
        for (std::size_t at = 0; at < body.size(); at += size)
            ASSERT_TRUE(under_test.take(as_bytes(std::string_view(body).substr(at, size))));
        EXPECT_EQ(landed, (std::map<std::size_t, std::string>{{0, "one"}, {1, "three!"}})) << "pieces of " << size;
    }
}

TEST_F(ChunkReceiverTest, GivesOutAChunkAsSoonAsItIsWhole)
{
    auto under_test = receiver({raw("one", 0), raw("two", 3)});
    ASSERT_TRUE(under_test.take(as_bytes("onet")));
    EXPECT_EQ(landed.size(), 1);
}

TEST_F(ChunkReceiverTest, PassesOverWhatNobodyWantsAnyMore)
{
    const std::string body = "onegapthree!last";
    for (std::size_t size = 1; size <= body.size(); ++size) {
        landed.clear();
        ChunkReceiver under_test(
            {raw("one", 0), raw("three!", 6), raw("last", 12)},
            [this](std::size_t index, const Chunk&) { landed[index] = "here"; },
            [](std::size_t index) { return index == 2; });
        for (std::size_t at = 0; at < body.size(); at += size)
            ASSERT_TRUE(under_test.take(as_bytes(std::string_view(body).substr(at, size))));
        EXPECT_EQ(landed, (std::map<std::size_t, std::string>{{2, "here"}})) << "pieces of " << size;
        EXPECT_EQ(under_test.taken(), 3);
    }
}

TEST_F(ChunkReceiverTest, StopsAtAWrongByteAndGivesOutNothingOfThatChunk)
{
    auto under_test = receiver({raw("one", 0), raw("two", 3), raw("six", 6)});
    EXPECT_FALSE(under_test.take(as_bytes("onetwOsix")));
    EXPECT_EQ(landed.size(), 1);
    EXPECT_EQ(under_test.state().error().reason, "digest-mismatch");
    EXPECT_FALSE(under_test.take(as_bytes("more")));
}

} // namespace
} // namespace farboot::rootfs
