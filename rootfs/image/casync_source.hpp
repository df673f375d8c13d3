#pragma once

#include "rootfs/image/publisher.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// Images that casync keeps: an index of chunks (.caibx) and a folder of chunk files (.castr), as casync 2 writes them
/// (its caformat.h and caindex.c).
namespace farboot::rootfs
{

/// A blob index. Reason of all errors: casync-malformed.
struct CasyncIndex {
    struct Chunk {
        std::uint64_t end = 0; ///< offset in the image of the byte behind it
        Digest id;             ///< digest of its plain bytes, by the index's algorithm
    };
    static constexpr std::uint64_t max_chunk_bytes = 128 * 1024 * 1024;

    bool sha512_256 = true; ///< otherwise SHA-256
    std::vector<Chunk> chunks;

    [[nodiscard]] static Result<CasyncIndex> parse(Bytes file);
    [[nodiscard]] std::uint64_t bytes() const { return chunks.empty() ? 0 : chunks.back().end; }
    [[nodiscard]] std::uint64_t start_of(std::size_t chunk) const { return chunk == 0 ? 0 : chunks[chunk - 1].end; }
    /// The digest that an id is.
    [[nodiscard]] Digest digest_of(Bytes plain) const;
};

/// The image of an index file and a folder of chunks that casync compressed with zstd, to be read from front to back.
/// Each chunk is checked. Reasons: not-found, io, casync-malformed; of reading also chunk-malformed and
/// digest-mismatch.
[[nodiscard]] Result<ImageSource> open_casync_image(const std::filesystem::path& index,
                                                    const std::filesystem::path& chunks);

} // namespace farboot::rootfs
