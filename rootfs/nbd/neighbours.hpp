#pragma once

#include "rootfs/nbd/counters.hpp"
#include "rootfs/nbd/source_meter.hpp"

#include <cstdint>

namespace farboot::rootfs
{

/// What is worth bringing along with a chunk that is not there, in plain bytes from its beginning.
struct Neighbours {
    std::uint64_t before = 0;
    std::uint64_t after = 0; ///< the chunk included
};

/// What lies close to a read is likely to be read soon, and each chunk that is there by then saves a round trip: so, as
/// much as the line carries in two of them to either side. Less, down to a chunk's worth, the more of what came along
/// before was never read: beyond a first allowance, less than twice the bytes that are read are fetched. A local
/// network, where a round trip costs nothing, gets a chunk's worth.
[[nodiscard]] Neighbours worthwhile_neighbours(const SourceMeter& source, const Counters& counters);

} // namespace farboot::rootfs
