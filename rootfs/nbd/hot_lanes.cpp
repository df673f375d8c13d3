#include "rootfs/nbd/hot_lanes.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{
/// Over a shorter way losses cost little, and so does a request.
constexpr HotLanes::Seconds long_way{0.015};
/// A packet that was merely overtaken is overtaken by few, and comes soon: what is lost is sent again a round trip
/// after later packets have come.
constexpr std::uint32_t overtaken_by = 3;
constexpr double missing_round_trips = 0.25;
/// Of what the line has on its way when it is full: what is lost where there is more may be what it cannot carry. What
/// came in the round trip before may be half of what is on its way now, and a busy PC takes the line for a wider one;
/// unless little has come, it has to be less than what did in the best quarter of a second, too.
constexpr double full = 1.0 / 4;
constexpr std::uint64_t small_window = 256 * 1024;
constexpr double full_of_sustained = 1.0 / 2;
/// From the request to the end of what it asks for, with few packets on their way.
constexpr double round_trips_of_request = 3;
constexpr std::uint64_t least_request = 64 * 1024;
constexpr std::uint64_t largest_request = 256 * 1024;
/// With two, a line over 100 ms is idle for a part of each round trip; with four, more comes in vain.
constexpr std::size_t lanes_in_turns = 3;
/// While the others' answers come, its own has to begin.
constexpr double round_trips_of_turn = 2;
constexpr HotLanes::Seconds shortest_turn{0.075};
constexpr std::uint64_t largest_turn = 2 * 1024 * 1024;

bool is_full(std::uint64_t window, const HotLanes::Line& line)
{
    const auto carried = static_cast<double>(window) / line.round_trip.count();
    return carried >= line.burst * full || (window >= small_window && carried >= line.sustained * full_of_sustained);
}

std::uint64_t bytes_of_turn(const HotLanes::Line& line)
{
    const auto time = std::max(line.round_trip * round_trips_of_turn, shortest_turn);
    return std::clamp(static_cast<std::uint64_t>(line.sustained * time.count()), least_request, largest_turn);
}
} // namespace

bool HotLanes::look(Watch& watch, Clock::time_point now, const Arrivals& arrivals, const Line& line)
{
    if (line.round_trip < long_way)
        return false;
    if (arrivals.out_of_order < watch.seen_) // it is another connection now
        watch.out_of_order_ = 0;
    watch.seen_ = arrivals.out_of_order;
    if (watch.seen_ - watch.out_of_order_ < overtaken_by)
        return false;
    if (!watch.missing_since_)
        watch.missing_since_ = now;
    // What the first answers took is more than that: they came over new connections.
    const auto round_trip = std::min<Seconds>(arrivals.round_trip, line.round_trip);
    if (now - *watch.missing_since_ < missing_round_trips * round_trip || is_full(watch.window(), line))
        return false;
    const std::scoped_lock lock(mutex_);
    use(line.burst, line);
    return true;
}

void HotLanes::note(Watch& watch, Clock::time_point now, const Line& line) const
{
    watch.out_of_order_ = watch.seen_;
    watch.missing_since_.reset();
    if (!watch.round_begun_ || now - *watch.round_begun_ >= line.round_trip) {
        watch.window_ = watch.round_begun_ ? watch.received_ - watch.received_before_ : 0;
        watch.received_before_ = watch.round_begun_ ? watch.received_ : line.received;
        watch.round_begun_ = now;
    }
    watch.received_ = line.received;
}

void HotLanes::note_request(const Line& line)
{
    const std::scoped_lock lock(mutex_);
    if (in_turns_)
        request_bytes_ = bytes_of_turn(line);
    else
        use(line.sustained, line);
}

void HotLanes::take_turns(const Line& line)
{
    const std::scoped_lock lock(mutex_);
    if (count_ > 1 || line.round_trip < long_way)
        return;
    in_turns_ = true;
    count_ = lanes_in_turns;
    request_bytes_ = bytes_of_turn(line);
    more_.notify_all();
}

bool HotLanes::in_turns() const
{
    const std::scoped_lock lock(mutex_);
    return in_turns_;
}

void HotLanes::use(double rate, const Line& line)
{
    const auto asked_for = [&](double of) { return of * line.round_trip.count() * round_trips_of_request; };
    const auto wanted = std::min(asked_for(rate) / static_cast<double>(least_request), static_cast<double>(most));
    count_ = std::clamp(static_cast<std::size_t>(wanted), std::max<std::size_t>(count_, 2), most);
    request_bytes_ =
        std::clamp(static_cast<std::uint64_t>(asked_for(line.sustained)) / count_, least_request, largest_request);
    more_.notify_all();
}

void HotLanes::wait_for_more(std::size_t than, const std::stop_token& stop)
{
    std::unique_lock lock(mutex_);
    more_.wait(lock, stop, [&] { return count_ > than; });
}

void HotLanes::reset()
{
    const std::scoped_lock lock(mutex_);
    count_ = 1;
    in_turns_ = false;
    request_bytes_ = 0;
}

std::size_t HotLanes::count() const
{
    const std::scoped_lock lock(mutex_);
    return count_;
}

std::uint64_t HotLanes::request_bytes() const
{
    const std::scoped_lock lock(mutex_);
    return std::max(request_bytes_, least_request);
}

} // namespace farboot::rootfs
