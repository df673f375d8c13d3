#include "rootfs/nbd/chunk_group.hpp"

namespace farboot::rootfs
{

namespace
{
/// What lies between two wanted chunks costs less than another request's round trip up to about here (100 Mbit/s, 3
/// ms).
constexpr std::uint64_t largest_gap = 32 * 1024;
} // namespace

ChunkGroup first_group(std::span<const ChunkPlace> places, std::span<const std::size_t> wanted, std::uint64_t limit)
{
    const auto& first = places[wanted.front()];
    ChunkGroup group{first.pack, {first.offset, first.stored_length}, {wanted.front()}};
    for (const auto index : wanted.subspan(1)) {
        const auto& place = places[index];
        const auto end = group.range.offset + group.range.length;
        if (place.pack != first.pack || place.offset < end || place.offset - end > largest_gap)
            break;
        const auto length = place.offset + place.stored_length - group.range.offset;
        if (length > limit)
            break;
        group.range.length = length;
        group.chunks.push_back(index);
    }
    return group;
}

} // namespace farboot::rootfs
