#pragma once

#include "rootfs/nbd/counters.hpp"
#include "rootfs/nbd/source_meter.hpp"

#include <cstdint>
#include <optional>

namespace farboot::rootfs
{

/// What is worth bringing along with a chunk that is not there, in plain bytes from its beginning.
struct Neighbours {
    std::uint64_t before = 0;
    std::uint64_t after = 0; ///< the chunk included
};

/// What lies close to a read is likely to be read soon, and each chunk that is there by then saves some round trips:
/// so, as much as the line carries in about a twelfth of a second, but a megabyte (on a slow line what it carries in
/// half a second) at least. Less, down to a chunk's worth, the more of what came along before was never read: beyond a
/// first allowance, less than twice the bytes that are read are fetched. A wide line, which has been seen to carry 20
/// MB a second and all of the image's `image_bytes` in half a minute, has no such limit: to wait costs more than bytes
/// there. Where a hot list of `list_bytes` (packed; 0: there is none) says what is likely to be read, it has one,
/// beyond what may come until it is known: about once the bytes that are read, half of the list's among them. A local
/// network, where a round trip costs nothing, gets a chunk's worth. While a hot list comes over a narrow line, nothing:
/// of the list three quarters are read later, of neighbours, one in seven. Whether a line is so wide shows only when
/// much comes: one that seems to be may bring 16 MiB more for that, beside a list a fifth of it altogether, counted so.
[[nodiscard]] Neighbours worthwhile_neighbours(const SourceMeter::Line& line,
                                               std::optional<SourceMeter::Duration> round_trip,
                                               const Counters& counters, std::uint64_t image_bytes,
                                               std::uint64_t list_bytes = 0, bool list_comes = false);

} // namespace farboot::rootfs
