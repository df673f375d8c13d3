#pragma once

#include "rootfs/image/chunk_index.hpp"
#include "rootfs/image/pack_sink.hpp"
#include "rootfs/image/store_needs.hpp"

#include <set>
#include <stop_token>
#include <vector>

namespace farboot::rootfs
{

/// Moves the chunks that images need out of packs that are mostly of no use, and leads the locators to their new
/// places. New packs are on the disk before a locator names them, and the old packs stay: whoever reads an image while
/// this runs, or after it was killed, finds every chunk. Another run completes what one has begun.
class StoreRepacker
{
public:
    struct Totals {
        std::uint64_t packs = 0;       ///< whose chunks were moved
        std::uint64_t moved_bytes = 0; ///< of their chunks, compressed
        std::uint64_t new_packs = 0;
        std::uint64_t locators = 0; ///< that were rewritten
        std::vector<Error> damaged; ///< packs that were left alone
    };

    /// `needs` is what the store's locators say. All of them must outlive the repacker.
    StoreRepacker(StoreWriter& writer, ChunkIndex& index, const StoreNeeds& needs, unsigned workers)
        : writer_(writer), index_(index), needs_(needs), workers_(workers), sink_(writer, index)
    {
    }

    /// Empties these packs; each is one that `needs` has. Reasons: io, index, cancelled, and what reading an image
    /// gives.
    [[nodiscard]] Result<Totals> run(const std::vector<Digest>& packs, const ByteProgress& progress,
                                     const std::stop_token& stop);

private:
    [[nodiscard]] Result<void> move_chunks(const Digest& pack);
    [[nodiscard]] Result<bool> is_elsewhere(const PackIndex::Row& row);
    [[nodiscard]] bool may_refer_to(const Digest& pack) const;
    [[nodiscard]] Result<void> rewrite_locator(const Digest& image);

    StoreWriter& writer_;
    ChunkIndex& index_;
    const StoreNeeds& needs_;
    unsigned workers_;
    PackSink sink_;
    std::set<Digest> from_;    ///< all that are to be emptied
    std::set<Digest> emptied_; ///< of them, those whose chunks have new places
    Totals totals_;
};

} // namespace farboot::rootfs
