#include "rootfs/nbd/disk_index.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace farboot::rootfs
{

Result<DiskIndex> DiskIndex::open(DiskFile file, std::uint32_t segments)
{
    DiskIndex index(std::move(file), segments);
    std::vector<std::byte> data(disk_segment_index_bytes);
    for (std::uint32_t segment = 0; segment < segments; ++segment) {
        if (auto done = index.file_.read(header_at(segment), data); !done)
            return std::unexpected(std::move(done.error()));
        index.load(segment, data);
    }
    const auto newest = std::ranges::max_element(index.segments_, {}, &Segment::sequence);
    index.current_ = static_cast<std::uint32_t>(newest - index.segments_.begin());
    if (newest->sequence == 0)
        if (auto done = index.begin_segment(0); !done)
            return std::unexpected(std::move(done.error()));
    return index;
}

void DiskIndex::load(std::uint32_t number, Bytes data)
{
    auto& segment = segments_[number];
    auto [sequence, rows] = parse_disk_segment(number, data);
    segment.sequence = sequence;
    segment.rows = static_cast<std::uint32_t>(rows.size());
    for (const auto& [digest, place] : rows) {
        segment.filled = place.offset + place.length;
        segment.digests.push_back(digest);
        const auto [found, added] = places_.try_emplace(digest, Entry{place, 0, false, false});
        // Twice: it was found wrong and came again, or was saved from a segment that was emptied. The last one counts.
        if (!added && segments_[found->second.place.segment].sequence <= sequence) {
            bytes_ -= found->second.place.length;
            found->second.place = place;
        } else if (!added) {
            continue;
        }
        bytes_ += place.length;
    }
}

std::optional<DiskPlace> DiskIndex::find(const Digest& digest) const
{
    const auto found = places_.find(digest);
    return found == places_.end() ? std::nullopt : std::optional(found->second.place);
}

void DiskIndex::note_use(const Digest& digest)
{
    if (const auto found = places_.find(digest); found != places_.end())
        found->second.used = true;
}

bool DiskIndex::pin(const Digest& digest, Keepers keepers)
{
    const auto found = places_.find(digest);
    if (found == places_.end())
        return false;
    auto& entry = found->second;
    if (entry.keepers == 0 && keepers != 0)
        pinned_bytes_ += entry.place.length;
    entry.keepers |= keepers;
    return true;
}

void DiskIndex::unpin(Keepers keepers)
{
    for (auto& [digest, entry] : places_) {
        if (entry.keepers != 0 && (entry.keepers & ~keepers) == 0)
            pinned_bytes_ -= entry.place.length;
        entry.keepers &= ~keepers;
    }
}

bool DiskIndex::is_checked(const Digest& digest) const
{
    const auto found = places_.find(digest);
    return found != places_.end() && found->second.checked;
}

void DiskIndex::note_checked(const Digest& digest)
{
    if (const auto found = places_.find(digest); found != places_.end())
        found->second.checked = true;
}

void DiskIndex::doubt_all()
{
    for (auto& [digest, entry] : places_)
        entry.checked = false;
}

bool DiskIndex::has_room() const
{
    // A segment that is emptied must give back enough for the next chunk; segments end with up to a chunk of waste.
    constexpr auto usable = disk_segment_bytes - 2 * std::uint64_t{max_chunk_bytes};
    return pinned_bytes_ < (segments_.size() - 1) * usable;
}

Keepers DiskIndex::forget(const Digest& digest)
{
    const auto found = places_.find(digest);
    if (found == places_.end())
        return 0;
    const auto [place, keepers, used, checked] = found->second;
    bytes_ -= place.length;
    if (keepers != 0)
        pinned_bytes_ -= place.length;
    places_.erase(found);
    return keepers;
}

std::optional<DiskPlace> DiskIndex::next(std::uint32_t length) const
{
    const auto& segment = segments_[current_];
    if (segment.rows == disk_segment_rows || segment.filled > disk_segment_bytes - length)
        return std::nullopt;
    return DiskPlace{current_, segment.filled, length};
}

Result<void> DiskIndex::add(const Digest& digest, const DiskPlace& place, Keepers keepers)
{
    auto& segment = segments_[place.segment];
    std::string row;
    append(row, digest);
    append(row, place.offset);
    append(row, place.length);
    if (auto done =
            file_.write(header_at(place.segment) + disk_header_bytes + segment.rows * disk_row_bytes, as_bytes(row));
        !done)
        return done;
    ++segment.rows;
    segment.filled = place.offset + place.length;
    segment.digests.push_back(digest);
    forget(digest);
    places_[digest] = Entry{place, keepers, false, true};
    bytes_ += place.length;
    if (keepers != 0)
        pinned_bytes_ += place.length;
    return {};
}

Result<std::vector<DiskIndex::Kept>> DiskIndex::empty_oldest()
{
    const auto oldest =
        static_cast<std::uint32_t>(std::ranges::min_element(segments_, {}, &Segment::sequence) - segments_.begin());
    std::vector<Kept> kept;
    std::uint64_t kept_bytes = 0;
    for (const auto& digest : segments_[oldest].digests) {
        const auto found = places_.find(digest);
        if (found == places_.end() || found->second.place.segment != oldest)
            continue;
        const auto& entry = found->second;
        const auto fits = kept_bytes + entry.place.length <= disk_segment_bytes / 2;
        if (entry.keepers != 0 || (entry.used && fits)) {
            kept.push_back({digest, entry.place, entry.keepers});
            kept_bytes += entry.place.length;
        }
        forget(digest);
    }
    if (auto done = begin_segment(oldest); !done)
        return std::unexpected(std::move(done.error()));
    return kept;
}

Result<void> DiskIndex::begin_segment(std::uint32_t number)
{
    const auto newest = std::ranges::max_element(segments_, {}, &Segment::sequence)->sequence;
    segments_[number] = Segment{newest + 1, 0, 0, {}};
    current_ = number;
    // Rows of before would point into what is now written over; each would be found wrong, but only when it is read.
    std::vector<std::byte> empty(disk_segment_index_bytes);
    std::memcpy(empty.data(), &segments_[number].sequence, sizeof(std::uint64_t));
    return file_.write(header_at(number), empty);
}

} // namespace farboot::rootfs
