#pragma once

#include "rootfs/image/pack_index.hpp"
#include "rootfs/image/store.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace farboot::rootfs
{

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

    /// Opens the index and brings it up to the packs that are there: new ones are checked as a whole and added, missing
    /// ones forgotten. A damaged pack is left out (and named in `damaged()`), so that its chunks are stored again.
    [[nodiscard]] static Result<ChunkIndex> open(const Store& store);
    ChunkIndex(ChunkIndex&&) noexcept;
    ~ChunkIndex();

    [[nodiscard]] Result<std::optional<Place>> find(const Digest& chunk) const;
    /// Adds all chunks of a pack, which lies in the store already, in one transaction. A chunk that has a place keeps
    /// it.
    [[nodiscard]] Result<void> add(const PackRef& pack, const PackIndex& index);
    /// What is wrong with the packs that were left out.
    [[nodiscard]] const std::vector<Error>& damaged() const { return damaged_; }

private:
    struct Database;
    explicit ChunkIndex(std::unique_ptr<Database> database);
    [[nodiscard]] Result<void> follow(const Store& store);
    /// Drops packs whose file is away or has another size; gives those that remain, sorted.
    [[nodiscard]] std::vector<Digest> forget_missing(const Store& store);

    std::unique_ptr<Database> database_;
    std::vector<Error> damaged_;
};

} // namespace farboot::rootfs
