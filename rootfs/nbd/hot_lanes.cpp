#include "rootfs/nbd/hot_lanes.hpp"

#include <algorithm>
#include <utility>

namespace farboot::rootfs
{

namespace
{
/// Over a shorter way losses cost little.
constexpr HotLanes::Seconds long_way{0.015};
/// A connection that loses nothing brings more and more, until it has more than that on its way or brings what its line
/// carries.
constexpr double growing = 1.5;
constexpr double small_window = 256 * 1024;
/// What the line carries on a busy PC is told too high, and what reads fetch for themselves has a part of it; but a
/// line that is full is silent for hardly an eighth of a round trip, and a connection that waits for the next one, for
/// most of them.
constexpr int parts_of_round_trip = 8;
constexpr double silent = 0.4;
/// Measured over so many round trips, but not for shorter than:
constexpr double measured_round_trips = 3;
constexpr HotLanes::Seconds shortest_measured{0.25};
/// Of what the line carried in its best 25 ms, which on a busy PC is told too high.
constexpr double full = 1.0 / 4;
constexpr HotLanes::Seconds request_time{0.35};
constexpr std::uint64_t least_request = 64 * 1024;
constexpr std::uint64_t largest_request = 1024 * 1024;
constexpr double weight_of_newest = 1.0 / 8;
} // namespace

bool HotLanes::note(Watch& watch, std::uint64_t bytes, Clock::time_point now, Line line)
{
    if (line.round_trip < long_way)
        return false;
    if (watch.since_ == Clock::time_point{}) {
        watch.since_ = now;
        watch.received_ = line.received;
    }
    watch.bytes_ += bytes;
    const auto part = static_cast<std::int64_t>(Seconds(now - watch.since_) * parts_of_round_trip / line.round_trip);
    watch.heard_ += std::exchange(watch.part_, part) != part ? 1 : 0;
    const Seconds time = now - watch.since_;
    if (time < std::max(measured_round_trips * line.round_trip, shortest_measured))
        return false;
    const auto rate = static_cast<double>(watch.bytes_) / time.count();
    const auto before = std::exchange(watch.rate_before_, rate);
    const auto heard = watch.heard_ / (time / line.round_trip * parts_of_round_trip);
    // What reads fetch for themselves may have the line's rest.
    const auto of_all =
        static_cast<double>(line.received - std::exchange(watch.received_, line.received)) / time.count();
    watch.since_ = now;
    watch.bytes_ = 0;
    watch.heard_ = 0;
    watch.part_ = -1;
    if (before == 0 || rate >= before * growing)
        return false;
    const auto on_its_way = rate * line.round_trip.count();
    if (heard >= silent || on_its_way >= small_window || std::max(rate, of_all) >= line.burst * full)
        return false;
    const std::scoped_lock lock(mutex_);
    rate_ = rate;
    use(line);
    return true;
}

void HotLanes::note_request(std::uint64_t bytes, Seconds time, Line line)
{
    if (bytes < least_request / 2)
        return; // the end of something says little
    const std::scoped_lock lock(mutex_);
    rate_ += (static_cast<double>(bytes) / std::max(time.count(), 0.001) - rate_) * weight_of_newest;
    use(line);
}

void HotLanes::use(Line line)
{
    const auto wanted = static_cast<std::size_t>(line.burst / std::max(rate_, 1.0));
    count_ = std::clamp(wanted, std::max<std::size_t>(count_, 2), most);
}

void HotLanes::reset()
{
    const std::scoped_lock lock(mutex_);
    count_ = 1;
    rate_ = 0;
}

std::size_t HotLanes::count() const
{
    const std::scoped_lock lock(mutex_);
    return count_;
}

std::uint64_t HotLanes::request_bytes() const
{
    const std::scoped_lock lock(mutex_);
    return std::clamp(static_cast<std::uint64_t>(rate_ * request_time.count()), least_request, largest_request);
}

} // namespace farboot::rootfs
