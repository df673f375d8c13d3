#include "rootfs/image/casync_source.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace farboot;
    using namespace farboot::rootfs;
    const auto index = CasyncIndex::parse(std::as_bytes(std::span(data, size)));
    if (!index)
        return 0;
    for (std::size_t i = 0; i < index->chunks.size(); ++i) {
        const auto length = index->chunks[i].end - index->start_of(i);
        if (index->chunks[i].end <= index->start_of(i) || length > CasyncIndex::max_chunk_bytes)
            std::abort();
    }
    if (index->chunks.size() * 40 > size)
        std::abort();
    return 0;
}
