#include "rootfs/nbd/hot_rows.hpp"

#include <algorithm>
#include <utility>

namespace farboot::rootfs
{

HotRows::Segment HotRows::take(std::uint64_t most, std::uint64_t largest_gap, const Needless& needless)
{
    const std::scoped_lock lock(mutex_);
    const auto& rows = list_.rows;
    const auto skips = [&](std::size_t row) { return asked_[row] || needless(rows[row].digest); };
    Segment segment;
    auto offset = HotList::header_bytes;
    for (std::size_t done = 0; done < position_; ++done)
        offset += rows[done].stored_length;
    segment.first = position_;
    while (segment.first < rows.size() && skips(segment.first))
        offset += rows[segment.first++].stored_length;
    segment.range.offset = offset;
    segment.last = segment.first;
    std::uint64_t gap = 0; // bytes at the end that nobody needs, and as they are unpacked
    std::uint64_t plain_gap = 0;
    std::uint64_t plain_bytes = 0;
    auto row = segment.first;
    for (; row < rows.size() && gap < largest_gap; ++row) {
        const auto& chunk = rows[row];
        gap += chunk.stored_length;
        plain_gap += chunk.plain_length;
        if (skips(row))
            continue;
        if (plain_bytes > 0 && plain_bytes + plain_gap > most)
            break;
        segment.last = row + 1;
        segment.range.length += std::exchange(gap, 0);
        plain_bytes += std::exchange(plain_gap, 0);
    }
    segment.through = row == rows.size() ? row : segment.last;
    std::fill(asked_.begin() + static_cast<std::ptrdiff_t>(segment.first),
              asked_.begin() + static_cast<std::ptrdiff_t>(segment.last), true);
    position_ = segment.through;
    return segment;
}

void HotRows::cut(Segment& segment, std::size_t from)
{
    if (from >= segment.last)
        return;
    end({.first = from, .last = segment.last, .through = 0, .range = {}}, from);
    segment.last = from;
    segment.through = from;
}

void HotRows::end(const Segment& segment, std::size_t to)
{
    const std::scoped_lock lock(mutex_);
    std::fill(asked_.begin() + static_cast<std::ptrdiff_t>(segment.first),
              asked_.begin() + static_cast<std::ptrdiff_t>(segment.last), false);
    if (to < segment.last)
        position_ = std::min(position_, to);
}

void HotRows::jump(std::size_t row)
{
    const std::scoped_lock lock(mutex_);
    if (asked_[row])
        return;
    position_ = row;
    jumped_ = true;
}

bool HotRows::is_through()
{
    const std::scoped_lock lock(mutex_);
    if (position_ == list_.rows.size() && std::exchange(jumped_, false))
        position_ = 0;
    return position_ == list_.rows.size();
}

std::size_t HotRows::position() const
{
    const std::scoped_lock lock(mutex_);
    return position_;
}

} // namespace farboot::rootfs
