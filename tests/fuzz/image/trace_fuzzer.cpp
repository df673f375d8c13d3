#include "rootfs/image/trace.hpp"

#include <cstdlib>

/// What parses must come back the same from what it writes, and every read must lie in the image.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace farboot::rootfs;
    const auto first = Trace::parse({reinterpret_cast<const char*>(data), size});
    if (!first)
        return 0;
    const auto second = Trace::parse(first->to_text());
    if (!second || *second != *first)
        std::abort();
    for (const auto& [time, range] : first->reads)
        if (range.length == 0 || range.offset >= first->image_bytes || range.length > first->image_bytes - range.offset)
            std::abort();
    return 0;
}
