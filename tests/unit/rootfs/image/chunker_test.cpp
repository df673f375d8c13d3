#include "rootfs/image/chunker.hpp"

#include "tests/unit/rootfs/image/sample.hpp"

#include <set>

namespace farboot::rootfs
{
namespace
{

/// Cuts an image that comes in through windows of at most `window` bytes.
std::vector<ChunkRef> cut(const std::string& image, Chunking chunking, std::size_t window = 1 << 22)
{
    Chunker chunker(chunking);
    ManifestBuilder builder;
    const auto all = as_bytes(image);
    for (std::size_t at = 0; at < all.size();) {
        const auto piece = chunker.next(all.subspan(at, std::min(window, all.size() - at)));
        const auto bytes = all.subspan(at, piece.length);
        if (piece.zero)
            builder.add_zeros(piece.length);
        else
            builder.add(static_cast<std::uint32_t>(piece.length), sha256(bytes));
        at += piece.length;
    }
    EXPECT_TRUE(builder.finish());
    return builder.chunks();
}

std::set<Digest> digests(const std::vector<ChunkRef>& chunks)
{
    std::set<Digest> all;
    for (const auto& chunk : chunks)
        all.insert(chunk.digest);
    return all;
}

TEST(ContentChunker, KeepsToItsSizes)
{
    const auto image = noise(32 << 20);
    const auto chunks = cut(image, Chunking::content);
    for (std::size_t i = 0; i + 1 < chunks.size(); ++i) {
        EXPECT_GE(chunks[i].length, 16U * 1024);
        EXPECT_LE(chunks[i].length, 256U * 1024);
    }
    const auto average = image.size() / chunks.size();
    EXPECT_GT(average, 48U * 1024);
    EXPECT_LT(average, 96U * 1024);
}

TEST(ContentChunker, CutsTheSameWhateverTheWindow)
{
    auto image =
        noise(6 << 20) + std::string(3 << 20, '\0') + noise(3 << 20, 2) + std::string(700'001, '\0') + noise(50'000, 3);
    const auto whole = cut(image, Chunking::content, image.size());
    for (const std::size_t window : {Chunker::lookahead, Chunker::lookahead + 4097, std::size_t{1} << 20})
        EXPECT_EQ(cut(image, Chunking::content, window), whole) << window;
}

TEST(ContentChunker, AnInsertedByteRenewsOnlyWhatIsAroundIt)
{
    auto image = noise(16 << 20);
    const auto before = digests(cut(image, Chunking::content));
    image.insert(5 << 20, "!");
    std::size_t added = 0;
    for (const auto& digest : digests(cut(image, Chunking::content)))
        added += before.contains(digest) ? 0 : 1;
    EXPECT_GE(added, 1U);
    EXPECT_LE(added, 4U);
}

TEST(ContentChunker, MakesARunOfZerosOneChunk)
{
    const auto chunks = cut(noise(100'000) + std::string(1'000'000, '\0') + noise(100'000, 2), Chunking::content);
    std::vector<ChunkRef> zeros;
    for (const auto& chunk : chunks)
        if (chunk.is_zero())
            zeros.push_back(chunk);
    ASSERT_EQ(zeros.size(), 1U);
    EXPECT_NEAR(static_cast<double>(zeros[0].length), 1'000'000, 2) << "noise may begin or end with a zero";
    EXPECT_NEAR(static_cast<double>(zeros[0].offset), 100'000, 2);
}

TEST(ContentChunker, LeavesShortRunsOfZerosInChunks)
{
    for (const auto& chunk : cut(noise(100'000) + std::string(16 * 1024 - 8, '\0') + text(100'000), Chunking::content))
        EXPECT_FALSE(chunk.is_zero());
    const auto all_short = cut(std::string(1000, '\0'), Chunking::content);
    ASSERT_EQ(all_short.size(), 1U);
    EXPECT_FALSE(all_short[0].is_zero());
}

TEST(FixedChunker, CutsEvery64KiBAndTheRest)
{
    const auto chunks = cut(text(3 * 65536 + 100), Chunking::fixed);
    ASSERT_EQ(chunks.size(), 4U);
    EXPECT_EQ(chunks[2].length, 65536U);
    EXPECT_EQ(chunks[3].length, 100U);
}

TEST(FixedChunker, JoinsZeroBlocks)
{
    const auto chunks = cut(text(65536) + std::string(5 * 65536 + 10, '\0'), Chunking::fixed);
    ASSERT_EQ(chunks.size(), 2U);
    EXPECT_TRUE(chunks[1].is_zero());
    EXPECT_EQ(chunks[1].length, 5U * 65536 + 10);
}

TEST(FixedChunker, AnOverwrittenByteRenewsOneChunk)
{
    auto image = text(20 * 65536);
    const auto before = digests(cut(image, Chunking::fixed));
    image[7 * 65536 + 5] = '!';
    std::size_t added = 0;
    for (const auto& digest : digests(cut(image, Chunking::fixed)))
        added += before.contains(digest) ? 0 : 1;
    EXPECT_EQ(added, 1U);
}

} // namespace
} // namespace farboot::rootfs
