#include "rootfs/nbd/disk_rows.hpp"

namespace farboot::rootfs
{

namespace
{
/// No cache has begun so many segments: what lies there is something else. The next ones count on from it.
constexpr std::uint64_t last_sequence = std::uint64_t{1} << 48;
} // namespace

DiskSegment parse_disk_segment(std::uint32_t number, Bytes data)
{
    DiskSegment segment{load<std::uint64_t>(data, 0), {}};
    if (segment.sequence > last_sequence) // a flash that has failed reads as ones
        segment.sequence = 0;
    if (segment.sequence == 0)
        return segment;
    std::uint32_t filled = 0;
    while (segment.rows.size() < disk_segment_rows) {
        const auto row = data.subspan(disk_header_bytes + segment.rows.size() * disk_row_bytes, disk_row_bytes);
        const auto digest = load_digest(row, 0);
        const DiskPlace place{number, load<std::uint32_t>(row, 32), load<std::uint32_t>(row, 36)};
        // Rows are written in the order of their places: the first that cannot be is where writing ended.
        if (digest.is_zero() || place.length == 0 || place.length > max_chunk_bytes || place.offset < filled ||
            place.offset > disk_segment_bytes - place.length)
            break;
        filled = place.offset + place.length;
        segment.rows.push_back({digest, place});
    }
    return segment;
}

} // namespace farboot::rootfs
