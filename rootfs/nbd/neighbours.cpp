#include "rootfs/nbd/neighbours.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{
/// Not much more than a chunk.
constexpr std::uint64_t least_reach = 64 * 1024;
/// Half as much asks a fifth more often; twice as much asks hardly less, and most of it is never read.
constexpr double usual_reach = 1024 * 1024;
constexpr double most_reach = 8 * 1024 * 1024;
/// So long the line may be busy with it: simulated on recorded starts, half and twice as long are slower.
constexpr double usual_seconds = 0.08;
/// On a slow line, what comes along may not hold up what is asked for next for longer.
constexpr double longest_seconds = 0.5;
/// A wide line carries so many bytes a second, and the whole image in so many seconds.
constexpr double wide_rate = 20e6;
constexpr double wide_seconds = 30;
/// Of what lies within half a megabyte behind a chunk, half is read later; of what lies before it, a third.
constexpr std::uint64_t share_before = 4;
/// Below, the line is local: a slow PC on a busy network takes some milliseconds, too.
constexpr std::chrono::milliseconds short_way{15};
/// A start's first reads are its most scattered: what comes with them pays off later.
constexpr double allowance = 8 * 1024 * 1024;
/// Whether a line is wide, and how wide, shows while so much comes: what comes in a row tells too much on a busy PC,
/// and what comes of few neighbours too little.
constexpr double enough_to_tell = 24 * 1024 * 1024;
/// Where there is a list, no more of it than this: what is beside a short one is little, too.
constexpr double share_of_list = 0.2;
/// Bytes fetched to bytes used: up to the one everything is brought, from the other on nothing.
constexpr double thrifty = 1.5;
constexpr double wasteful = 1.9;
/// The same on a wide line where there is a list besides, of which half counts.
constexpr double thrifty_with_list = 0.9;
constexpr double wasteful_with_list = 1.1;
} // namespace

Neighbours worthwhile_neighbours(const SourceMeter::Line& line, std::optional<SourceMeter::Duration> round_trip,
                                 const Counters& counters, std::uint64_t image_bytes, std::uint64_t list_bytes,
                                 bool list_comes)
{
    if (!round_trip || line.burst <= 0 || *round_trip < short_way)
        return {0, least_reach};
    if (list_comes && line.sustained < LineRate::narrow)
        return {};
    const auto wide_enough = std::max(wide_rate, static_cast<double>(image_bytes) / wide_seconds);
    const auto wide = line.sustained >= wide_enough;
    const auto landed = static_cast<double>(counters.landed_bytes);
    const auto has_list = list_bytes > 0;
    const auto to_tell =
        has_list ? std::min(enough_to_tell, static_cast<double>(list_bytes) * share_of_list) : enough_to_tell;
    const auto may_be_wide = !(wide && has_list) && line.burst >= wide_enough && landed < to_tell;
    const auto fetched = landed - (wide ? std::max(to_tell, allowance) : allowance);
    const auto ratio = fetched / std::max(static_cast<double>(counters.used_bytes), 1.0);
    const auto none_from = wide ? wasteful_with_list : wasteful;
    const auto all_up_to = wide ? thrifty_with_list : thrifty;
    const auto share =
        (wide && !has_list) || may_be_wide ? 1.0 : std::clamp((none_from - ratio) / (none_from - all_up_to), 0.0, 1.0);
    const auto usual = std::clamp(usual_seconds * line.sustained, usual_reach, most_reach);
    const auto most = may_be_wide ? most_reach : std::min(usual, longest_seconds * line.burst);
    const auto reach = static_cast<std::uint64_t>(most * share);
    return reach > least_reach ? Neighbours{reach / share_before, reach} : Neighbours{0, least_reach};
}

} // namespace farboot::rootfs
