#pragma once

#include "rootfs/image/locator.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

namespace farboot::rootfs
{

/// Which rows of a hot list are to be asked for next, and which somebody has asked for. Safe for many threads.
class HotRows
{
public:
    /// Rows that one request brings.
    struct Segment {
        std::size_t first = 0;
        std::size_t last = 0;    ///< behind the last one
        std::size_t through = 0; ///< where the next one begins: nobody needs what lies between
        FileRange range;         ///< of the pack
    };
    /// Nobody needs this chunk any more.
    using Needless = std::function<bool(const Digest&)>;

    explicit HotRows(HotList list) : list_(std::move(list)), asked_(list_.rows.size()) {}

    [[nodiscard]] const HotList& list() const { return list_; }
    /// The next segment of at most so many plain bytes, but one chunk at least; empty if nobody needs what is left.
    /// What nobody needs is left out where at least `largest_gap` bytes of it lie in a row.
    [[nodiscard]] Segment take(std::uint64_t most, std::uint64_t largest_gap, const Needless& needless);
    /// Others bring what the segment has from this row on: it ends there.
    void cut(Segment& segment, std::size_t from);
    /// A segment has come up to this row; what is left of it is to be asked for again.
    void end(const Segment& segment, std::size_t to);
    /// What comes next is this row, unless it is on its way; what lies before comes after the end.
    void jump(std::size_t row);
    /// All was asked for.
    [[nodiscard]] bool is_through();
    /// Where the next segment begins.
    [[nodiscard]] std::size_t position() const;

private:
    HotList list_;
    mutable std::mutex mutex_;
    std::vector<bool> asked_; ///< rows
    std::size_t position_ = 0;
    bool jumped_ = false; ///< over rows that come after the end
};

} // namespace farboot::rootfs
