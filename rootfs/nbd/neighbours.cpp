#include "rootfs/nbd/neighbours.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{
/// Not much more than a chunk.
constexpr std::uint64_t least_reach = 64 * 1024;
/// Half as much asks a fifth more often; twice as much asks hardly less.
constexpr double most_reach = 1024 * 1024;
/// On a slow line, what comes along may not hold up what is asked for next for longer.
constexpr double longest_seconds = 0.5;
/// Of what lies within half a megabyte behind a chunk, half is read later; of what lies before it, a third.
constexpr std::uint64_t share_before = 4;
/// Below, the line is local: a slow PC on a busy network takes some milliseconds, too.
constexpr std::chrono::milliseconds short_way{15};
/// A start's first reads are its most scattered: what comes with them pays off later.
constexpr double allowance = 8 * 1024 * 1024;
/// Bytes fetched to bytes used: up to the one everything is brought, from the other on nothing.
constexpr double thrifty = 1.5;
constexpr double wasteful = 1.9;
} // namespace

Neighbours worthwhile_neighbours(const SourceMeter& source, const Counters& counters)
{
    const auto latency = source.least_latency();
    const auto rate = source.rate();
    if (!latency || !rate || *latency < short_way)
        return {0, least_reach};
    const auto fetched = static_cast<double>(counters.landed_bytes) - allowance;
    const auto ratio = fetched / std::max(static_cast<double>(counters.used_bytes), 1.0);
    const auto share = std::clamp((wasteful - ratio) / (wasteful - thrifty), 0.0, 1.0);
    const auto most = std::min(most_reach, longest_seconds * static_cast<double>(*rate));
    const auto reach = static_cast<std::uint64_t>(most * share);
    return reach > least_reach ? Neighbours{reach / share_before, reach} : Neighbours{0, least_reach};
}

} // namespace farboot::rootfs
