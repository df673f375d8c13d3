#include "rootfs/image/pack_index.hpp"

#include <algorithm>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace farboot;
    using namespace farboot::rootfs;
    const auto file = std::as_bytes(std::span(data, size));
    const auto range = PackIndex::find(file.last(std::min<std::size_t>(size, pack_trailer_bytes)), size);
    if (!range)
        return 0;
    if (range->offset < pack_header_bytes || range->offset + range->length + pack_trailer_bytes != size)
        std::abort();
    const auto index = PackIndex::parse(file.subspan(range->offset, range->length), *range);
    if (!index)
        return 0;
    auto offset = pack_header_bytes;
    for (const auto& row : index->rows) {
        if (row.offset != offset || row.stored_length == 0 || row.stored_length > row.plain_length ||
            row.plain_length > max_chunk_bytes)
            std::abort();
        offset += row.stored_length;
    }
    if (offset != range->offset)
        std::abort();
    return 0;
}
