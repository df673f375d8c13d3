#pragma once

#include "rootfs/image/chunk.hpp"
#include "rootfs/nbd/chunk_cache.hpp"

#include <functional>
#include <string>
#include <vector>

namespace farboot::rootfs
{

/// Cuts the body of a range request into chunks and checks each one as soon as it is whole.
class ChunkReceiver
{
public:
    struct Expected {
        ChunkRef ref;
        std::uint64_t offset = 0;        ///< of its stored bytes in the body
        std::uint32_t stored_length = 0; ///< bytes
    };
    /// Gets the index in `expected` and the checked plain bytes.
    using Landed = std::function<void(std::size_t, Chunk)>;
    /// Gets the index in `expected` of a chunk that begins: false passes it over.
    using Wanted = std::function<bool(std::size_t)>;

    /// `expected` is in the order of the body and does not overlap.
    ChunkReceiver(std::vector<Expected> expected, Landed landed, Wanted wanted = {});

    /// The body's next piece. False once a chunk was wrong: nothing more is taken.
    [[nodiscard]] bool take(Bytes piece);
    /// Why take() said false. Reasons: decode_chunk()'s.
    [[nodiscard]] const Result<void>& state() const { return state_; }
    /// So many of the expected chunks are through.
    [[nodiscard]] std::size_t taken() const { return next_; }

private:
    [[nodiscard]] static bool is_raw(const Expected& chunk);
    void begin_chunk();
    [[nodiscard]] bool finish_chunk();

    std::vector<Expected> expected_;
    Landed landed_;
    Wanted wanted_;
    Result<void> state_;
    std::size_t next_ = 0;              ///< in expected_
    std::uint64_t position_ = 0;        ///< in the body
    std::shared_ptr<ChunkBytes> plain_; ///< null between chunks
    ChunkBytes stored_;                 ///< of a compressed chunk
    std::size_t received_ = 0;          ///< bytes of the chunk
};

} // namespace farboot::rootfs
