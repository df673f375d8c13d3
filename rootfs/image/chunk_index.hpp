#pragma once

#include "rootfs/image/pack_index.hpp"
#include "rootfs/image/store.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

namespace farboot::rootfs
{

/// Bytes done of all; called on the thread that does the work.
using ByteProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Which chunks a local store has, and where: an LMDB file beside v1/. It can be deleted at any time: it is made anew
/// from the packs' own indexes. Open it once in a process. Reason of all errors: index.
class ChunkIndex
{
public:
    struct Place {
        PackRef pack;
        std::uint64_t offset = 0;
        std::uint32_t stored_length = 0;
        std::uint32_t plain_length = 0;
    };

    /// A pack with what it holds.
    struct Pack {
        PackRef ref;
        PackIndex index;
    };

    /// Opens the index and brings it up to the packs that are there: new ones are checked as a whole and added, missing
    /// and retired ones forgotten. A damaged pack is left out (and named in `damaged()`), so that its chunks are stored
    /// again. Checking is what takes time: it is done by all cores, and a stop or a kill costs at most the last
    /// gigabytes of it. Further reasons: retired-malformed, cancelled.
    [[nodiscard]] static Result<ChunkIndex> open(const Store& store, const ByteProgress& checking = {},
                                                 const std::stop_token& stop = {});
    ChunkIndex(ChunkIndex&&) noexcept;
    ~ChunkIndex();

    [[nodiscard]] Result<std::optional<Place>> find(const Digest& chunk) const;
    /// Adds all chunks of packs, which lie in the store already, in one transaction. A chunk that has a place gets the
    /// new one: the newer pack is the one that stays when a store is cleaned up.
    [[nodiscard]] Result<void> add(std::span<const Pack> packs);
    [[nodiscard]] Result<void> add(const Pack& pack) { return add(std::span(&pack, 1)); }
    /// What is wrong with the packs that were left out.
    [[nodiscard]] const std::vector<Error>& damaged() const { return damaged_; }

private:
    struct Database;
    explicit ChunkIndex(std::unique_ptr<Database> database);
    [[nodiscard]] Result<void> follow(const Store& store, const ByteProgress& checking, const std::stop_token& stop);
    /// Drops packs that are not there (or retired), or have another size; gives those that are there and not known,
    /// sorted.
    [[nodiscard]] Result<std::vector<Digest>> forget_others(const Store& store);

    std::unique_ptr<Database> database_;
    std::vector<Error> damaged_;
};

} // namespace farboot::rootfs
