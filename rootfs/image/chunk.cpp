#include "rootfs/image/chunk.hpp"

#include <cstring>
#include <memory>
#include <new>
#include <zstd.h>

namespace farboot::rootfs
{

namespace
{

struct FreeDecoder {
    void operator()(ZSTD_DCtx* decoder) const { ZSTD_freeDCtx(decoder); }
};

ZSTD_DCtx& thread_decoder()
{
    thread_local const std::unique_ptr<ZSTD_DCtx, FreeDecoder> decoder(ZSTD_createDCtx());
    if (!decoder)
        throw std::bad_alloc();
    return *decoder;
}

Result<void> decompress(Bytes stored, const Digest& digest, std::span<std::byte> plain)
{
    // zstd itself would accept several frames behind each other; the format has exactly one.
    if (ZSTD_findFrameCompressedSize(stored.data(), stored.size()) != stored.size())
        return fail("chunk-malformed", "The {} stored bytes of chunk {} are not one zstd frame.", stored.size(),
                    digest.hex());
    const auto size = ZSTD_decompressDCtx(&thread_decoder(), plain.data(), plain.size(), stored.data(), stored.size());
    if (ZSTD_isError(size) != 0)
        return fail("chunk-malformed", "Chunk {} does not decompress to {} bytes: {}.", digest.hex(), plain.size(),
                    ZSTD_getErrorName(size));
    if (size != plain.size())
        return fail("chunk-malformed", "Chunk {} decompresses to {} bytes instead of {}.", digest.hex(), size,
                    plain.size());
    return {};
}

} // namespace

Result<void> decode_chunk(Bytes stored, const Digest& digest, std::span<std::byte> plain)
{
    if (stored.empty() || stored.size() > plain.size())
        return fail("chunk-malformed", "Chunk {} of {} bytes is stored in {} bytes, which cannot be.", digest.hex(),
                    plain.size(), stored.size());
    if (stored.size() < plain.size()) {
        if (auto done = decompress(stored, digest, plain); !done)
            return done;
    } else if (stored.data() != plain.data()) {
        std::memcpy(plain.data(), stored.data(), stored.size());
    }
    if (const auto found = sha256(plain); found != digest)
        return fail("digest-mismatch", "A chunk that should be {} has the digest {}: it was altered.", digest.hex(),
                    found.hex());
    return {};
}

} // namespace farboot::rootfs
