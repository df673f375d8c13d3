#pragma once

#include "rootfs/image/pack_index.hpp"

#include <cstdint>
#include <vector>

namespace farboot::rootfs
{

/// The bytes of one pack that locators lead to. Kept as runs: images share chunks, and mostly need all of a pack.
class PackUse
{
public:
    explicit PackUse(std::uint64_t pack_bytes) : pack_bytes_(pack_bytes) {}
    /// A chunk's place; the same one may come often.
    void add(std::uint64_t offset, std::uint32_t stored_length);
    /// The rows that are needed, in their order. Reason: pack-malformed (locators lead to what is none of its chunks).
    [[nodiscard]] Result<std::vector<PackIndex::Row>> rows_of(const PackIndex& index) const;
    /// Size of the file.
    [[nodiscard]] std::uint64_t pack_bytes() const { return pack_bytes_; }
    /// Of the pack's bytes, those of needed chunks as they are stored.
    [[nodiscard]] std::uint64_t live_bytes() const;

private:
    struct Run {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
    };
    void merge() const;

    std::uint64_t pack_bytes_;
    mutable std::vector<Run> runs_;  ///< the first `merged_` are in order and do not touch each other
    mutable std::size_t merged_ = 0; ///< all are when nothing was added since
};

} // namespace farboot::rootfs
