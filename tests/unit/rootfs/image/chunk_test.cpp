#include "rootfs/image/chunk.hpp"

#include "rootfs/image/chunk_encoder.hpp"
#include "tests/unit/rootfs/image/sample.hpp"

#include <zstd.h>

namespace farboot::rootfs
{
namespace
{

/// Decodes into a buffer with guards around it.
std::string decode(const std::string& stored, const Digest& digest, std::size_t length)
{
    std::string buffer(length + 64, '#');
    const auto plain = std::as_writable_bytes(std::span(buffer)).subspan(32, length);
    const auto done = decode_chunk(as_bytes(stored), digest, plain);
    EXPECT_EQ(buffer.substr(0, 32), std::string(32, '#'));
    EXPECT_EQ(buffer.substr(32 + length), std::string(32, '#'));
    return done ? buffer.substr(32, length) : done.error().reason;
}

std::string frame(std::string_view plain)
{
    std::string stored(ZSTD_compressBound(plain.size()), '\0');
    stored.resize(ZSTD_compress(stored.data(), stored.size(), plain.data(), plain.size(), 3));
    return stored;
}

TEST(Chunk, ComesBackAsItWas)
{
    ChunkEncoder encoder(9);
    for (const auto& plain : {text(1), text(2), text(65536), text(256 * 1024), std::string(1000, 'x'), noise(65536)}) {
        const auto stored = encoder.encode(as_bytes(plain));
        EXPECT_LE(stored.size(), plain.size());
        EXPECT_EQ(decode(stored, sha256(as_bytes(plain)), plain.size()), plain);
    }
    EXPECT_LT(encoder.encode(as_bytes(text(65536))).size(), 40'000U);
}

TEST(Chunk, IsRawWhereCompressionDoesNotHelp)
{
    const auto plain = noise(65536);
    EXPECT_EQ(ChunkEncoder(9).encode(as_bytes(plain)), plain);
}

TEST(Chunk, RefusesEveryAlteredByte)
{
    const auto plain = text(300);
    const auto digest = sha256(as_bytes(plain));
    const auto stored = ChunkEncoder(9).encode(as_bytes(plain));
    ASSERT_LT(stored.size(), plain.size());
    for (std::size_t at = 0; at < stored.size(); ++at) {
        auto altered = stored;
        altered[at] = static_cast<char>(altered[at] ^ 0x10);
        const auto got = decode(altered, digest, plain.size());
        EXPECT_TRUE(got == "chunk-malformed" || got == "digest-mismatch" || got == plain) << "byte " << at;
    }
    auto raw = plain;
    raw[7] = 'Z';
    EXPECT_EQ(decode(raw, digest, plain.size()), "digest-mismatch");
}

TEST(Chunk, NeverBecomesLongerOrShorterThanTheManifestSays)
{
    const auto bomb = frame(std::string(64 << 20, 'x'));
    ASSERT_LT(bomb.size(), 65536U);
    EXPECT_EQ(decode(bomb, {}, 65536), "chunk-malformed");
    EXPECT_EQ(decode(frame(std::string(999, 'x')), {}, 1000), "chunk-malformed");
    EXPECT_EQ(decode(frame(std::string(1001, 'x')), {}, 1000), "chunk-malformed");
    EXPECT_EQ(decode("", {}, 1000), "chunk-malformed");
    EXPECT_EQ(decode(std::string(1001, 'x'), {}, 1000), "chunk-malformed");
}

TEST(Chunk, IsExactlyOneFrame)
{
    const std::string plain(1000, 'x');
    const auto digest = sha256(as_bytes(plain));
    EXPECT_EQ(decode(frame(plain), digest, 1000), plain);
    EXPECT_EQ(decode(frame(plain.substr(500)) + frame(plain.substr(500)), digest, 1000), "chunk-malformed");
    EXPECT_EQ(decode(frame(plain) + "x", digest, 1000), "chunk-malformed");
    EXPECT_EQ(decode(frame(plain).substr(0, frame(plain).size() - 1), digest, 1000), "chunk-malformed");
    EXPECT_EQ(decode(std::string("\x50\x2a\x4d\x18\x02\x00\x00\x00xx", 10), digest, 1000), "chunk-malformed")
        << "a skippable frame";
}

} // namespace
} // namespace farboot::rootfs
