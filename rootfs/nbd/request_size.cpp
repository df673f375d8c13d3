#include "rootfs/nbd/request_size.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{
using Seconds = std::chrono::duration<double>;

constexpr Seconds transfer{0.3};
constexpr double round_trips = 2;
constexpr double weight_of_newest = 0.5;
/// What comes faster was in the network card already.
constexpr Seconds shortest_measured{0.001};
} // namespace

std::uint64_t RequestSize::bytes() const
{
    const std::scoped_lock lock(mutex_);
    return static_cast<std::uint64_t>(bytes_);
}

void RequestSize::Watch::note(std::uint64_t bytes, Clock::time_point now)
{
    come_ += bytes;
    last_ = now;
    if (come_at_half_ == 0 && come_ >= asked_ / 2) {
        half_ = last_;
        come_at_half_ = come_;
    }
}

void RequestSize::note(const Watch& request, Clock::duration round_trip)
{
    const std::scoped_lock lock(mutex_);
    if (request.come_at_half_ == 0 || static_cast<double>(request.asked_) < bytes_ / 2)
        return; // the end of something says little
    const auto time = std::max(Seconds(request.last_ - request.half_), shortest_measured);
    const auto rate = static_cast<double>(request.come_ - request.come_at_half_) / time.count();
    const auto wanted = rate * (transfer + round_trips * Seconds(round_trip)).count();
    bytes_ = std::clamp(bytes_ + (wanted - bytes_) * weight_of_newest, static_cast<double>(least),
                        static_cast<double>(most));
}

} // namespace farboot::rootfs
