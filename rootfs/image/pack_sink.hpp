#pragma once

#include "rootfs/image/chunk_index.hpp"
#include "rootfs/image/pack_writer.hpp"
#include "rootfs/image/store_writer.hpp"

#include <filesystem>
#include <span>
#include <unordered_set>

namespace farboot::rootfs
{

/// Puts chunks into new packs of a store, and tells its chunk index where they lie.
class PackSink
{
public:
    PackSink(StoreWriter& writer, ChunkIndex& index) : writer_(writer), index_(index) {}

    /// True for a chunk that was added, but lies in no written pack yet; of all others the index knows.
    [[nodiscard]] bool holds(const Digest& chunk) const { return pending_.contains(chunk); }
    /// Reasons: io, index.
    [[nodiscard]] Result<void> add(const Digest& digest, std::uint32_t plain_length, std::string_view stored);
    /// Takes chunks over from a pack file as they are stored, each checked first, by `workers` threads; all or, where
    /// one is damaged, none. Reasons: digest-mismatch, chunk-malformed, those of File, io, index.
    [[nodiscard]] Result<void> take(const std::filesystem::path& pack, std::span<const PackIndex::Row> rows,
                                    unsigned workers);
    /// Writes what was added since the last pack. Reasons: io, index.
    [[nodiscard]] Result<void> flush();

    /// Packs that were written.
    [[nodiscard]] const std::unordered_set<Digest, DigestHash>& packs() const { return packs_; }
    /// Of all chunks that were added, compressed.
    [[nodiscard]] std::uint64_t stored_bytes() const { return stored_bytes_; }

private:
    StoreWriter& writer_;
    ChunkIndex& index_;
    PackWriter pack_;
    std::unordered_set<Digest, DigestHash> pending_;
    std::unordered_set<Digest, DigestHash> packs_;
    std::uint64_t stored_bytes_ = 0;
};

} // namespace farboot::rootfs
