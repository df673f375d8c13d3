#pragma once

#include "rootfs/image/format.hpp"

#include <cstdint>
#include <vector>

namespace farboot::rootfs
{

/// The local cache's data lie in segments that are filled one after another; the one filled longest ago is the next to
/// be emptied. docs/disk-cache.md has the two files.
inline constexpr std::uint64_t disk_segment_bytes = 16 * 1024 * 1024;
inline constexpr std::uint32_t disk_segment_rows = 1024;
/// Of the index file: a segment's header and its rows.
inline constexpr std::uint64_t disk_header_bytes = 16; ///< sequence, and 8 bytes in reserve
inline constexpr std::uint64_t disk_row_bytes = 40;    ///< digest, offset, length
inline constexpr std::uint64_t disk_segment_index_bytes = disk_header_bytes + disk_segment_rows * disk_row_bytes;

/// Where a chunk lies.
struct DiskPlace {
    std::uint32_t segment = 0;
    std::uint32_t offset = 0; ///< in the segment
    std::uint32_t length = 0; ///< bytes, at most max_chunk_bytes
    bool operator==(const DiskPlace&) const = default;
};

/// In the file `chunks`.
[[nodiscard]] constexpr std::uint64_t data_at(const DiskPlace& place)
{
    return place.segment * disk_segment_bytes + place.offset;
}
/// In the file `index`.
[[nodiscard]] constexpr std::uint64_t header_at(std::uint32_t segment)
{
    return segment * disk_segment_index_bytes;
}

/// What the index file says of one segment.
struct DiskSegment {
    struct Row {
        Digest digest;
        DiskPlace place;
    };
    std::uint64_t sequence = 0; ///< grows each time that a segment is begun; 0: empty
    std::vector<Row> rows;      ///< up to the first that cannot be
};

/// `data` has disk_segment_index_bytes.
[[nodiscard]] DiskSegment parse_disk_segment(std::uint32_t number, Bytes data);

} // namespace farboot::rootfs
