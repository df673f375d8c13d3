#include "rootfs/image/wanted_chunks.hpp"

#include <algorithm>
#include <unordered_set>

namespace farboot::rootfs
{

Result<WantedChunks> find_chunks(const LocalImage& image, const IsWanted& is_wanted)
{
    WantedChunks wanted;
    std::unordered_set<Digest, DigestHash> seen;
    std::uint64_t number = 0;
    Result<void> asked;
    const auto walked = image.walk([&](const ChunkRef& chunk, const ChunkPlace& place) {
        const auto current = number++;
        if (!asked || chunk.is_zero() || !seen.insert(chunk.digest).second)
            return;
        const auto answer = is_wanted(current, chunk, place);
        if (!answer)
            asked = std::unexpected(answer.error());
        else if (*answer)
            wanted[place.pack].push_back({chunk.digest, place.offset, place.stored_length, chunk.length});
    });
    if (!walked || !asked)
        return std::unexpected(!walked ? walked.error() : asked.error());
    for (auto& [pack, rows] : wanted)
        std::ranges::sort(rows, {}, &PackIndex::Row::offset);
    return wanted;
}

bool is_whole_pack(const PackRef& pack, const std::vector<PackIndex::Row>& rows)
{
    auto bytes = pack_header_bytes + pack_trailer_bytes;
    for (const auto& row : rows)
        bytes += row.stored_length + pack_row_bytes;
    return bytes == pack.bytes;
}

} // namespace farboot::rootfs
