#include "rootfs/image/pack_use.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{

/// Runs that may wait to be merged: few, since there are many packs.
constexpr std::size_t waiting_runs = 16;

} // namespace

void PackUse::add(std::uint64_t offset, std::uint32_t stored_length)
{
    // An image's chunks lie in a pack mostly in their order.
    if (runs_.size() > merged_ && runs_.back().end == offset) {
        runs_.back().end += stored_length;
        return;
    }
    if (runs_.size() >= 2 * merged_ + waiting_runs)
        merge();
    runs_.push_back({offset, offset + stored_length});
}

void PackUse::merge() const
{
    if (runs_.size() == merged_)
        return;
    std::ranges::sort(runs_, {}, &Run::begin);
    auto last = runs_.begin();
    for (auto run = std::next(last); run != runs_.end(); ++run) {
        if (run->begin <= last->end)
            last->end = std::max(last->end, run->end);
        else
            *++last = *run;
    }
    runs_.erase(std::next(last), runs_.end());
    merged_ = runs_.size();
}

Result<std::vector<PackIndex::Row>> PackUse::rows_of(const PackIndex& index) const
{
    merge();
    std::vector<PackIndex::Row> rows;
    std::uint64_t bytes = 0;
    for (const auto& row : index.rows) {
        const auto behind = std::ranges::upper_bound(runs_, row.offset, {}, &Run::begin);
        if (behind == runs_.begin() || row.offset + row.stored_length > std::prev(behind)->end)
            continue;
        rows.push_back(row);
        bytes += row.stored_length;
    }
    if (bytes != live_bytes())
        return fail("pack-malformed", "it has other chunks than the locators say.");
    return rows;
}

std::uint64_t PackUse::live_bytes() const
{
    merge();
    std::uint64_t bytes = 0;
    for (const auto& run : runs_)
        bytes += run.end - run.begin;
    return bytes;
}

} // namespace farboot::rootfs
