#pragma once

#include "rootfs/base/digest.hpp"
#include "rootfs/base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace farboot::rootfs
{

/// A piece of an image, known by the digest of its plain bytes.
struct ChunkRef {
    std::uint64_t offset = 0; ///< of its first byte in the image
    std::uint32_t length = 0; ///< bytes; at most 256 KiB, a zero chunk at most 1 GiB
    Digest digest;            ///< all zero: the chunk is zero bytes and lies in no pack

    bool operator==(const ChunkRef&) const = default;
    [[nodiscard]] bool is_zero() const { return digest.is_zero(); }
    [[nodiscard]] std::uint64_t end() const { return offset + length; }
};

/// Where a chunk's stored bytes lie. All zero for a zero chunk.
struct ChunkPlace {
    std::uint32_t pack = 0;          ///< its number in the locator's pack table
    std::uint32_t stored_length = 0; ///< bytes; equal to the chunk's length exactly when stored raw
    std::uint64_t offset = 0;        ///< in the pack

    auto operator<=>(const ChunkPlace&) const = default;
};

/// Turns a chunk's stored bytes into its plain ones and checks them. `plain` has exactly the length that the manifest
/// says; never a byte more is written, and what it holds after an error must not be used. Takes no memory besides one
/// decoder a thread. Safe to call from many threads. Reasons: chunk-malformed (no zstd frame of exactly this length),
/// digest-mismatch. A raw chunk's `stored` may be `plain` itself.
[[nodiscard]] Result<void> decode_chunk(Bytes stored, const Digest& digest, std::span<std::byte> plain);

} // namespace farboot::rootfs
