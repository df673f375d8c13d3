#include "rootfs/nbd/hot_window.hpp"

#include "rootfs/nbd/chunk_job.hpp"
#include "rootfs/nbd/line_rate.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{
constexpr std::uint64_t most_reach = 32 * 1024 * 1024;
constexpr double round_trips = 1.5;
/// All of a list that reads follow will be read: what one fetches for itself comes twice, and where the line is narrow
/// holds up what follows.
constexpr double round_trips_in_order = 3;
/// A list that fills a narrow line is what the start waits for: a read that jumps ahead waits, too. Had it fetched for
/// itself, so would those that follow it, and their chunks would come twice.
constexpr std::uint64_t narrow_reach = 2 * 1024 * 1024;
constexpr double longest_wait_seconds = 1.5;
constexpr std::chrono::milliseconds measured_every{100};
constexpr std::chrono::milliseconds progress_every{50};
} // namespace

HotWindow::HotWindow(ChunkCache& cache, const HotUse& use, const std::vector<ChunkReceiver::Expected>& expected,
                     Clock::time_point now, std::uint64_t least_reach)
    : cache_(cache), use_(use), expected_(expected), least_reach_(least_reach), reach_(least_reach), begun_(now)
{
    take_off();
}

HotWindow::~HotWindow()
{
    for (auto index = landed_; index < flights_.size(); ++index)
        if (flights_[index])
            cache_.fail_flight(expected_[index].ref.digest, flights_[index],
                               {dropped_reason, "The stream ended before the chunk."});
}

void HotWindow::advance(std::uint64_t bytes, Clock::time_point now)
{
    received_ += bytes;
    measure(now);
    take_off();
    if (now < told_progress_ + progress_every)
        return;
    told_progress_ = now;
    std::vector<FlightPointer> waiting;
    std::copy_if(flights_.begin() + static_cast<std::ptrdiff_t>(landed_), flights_.end(), std::back_inserter(waiting),
                 [](const auto& flight) { return flight != nullptr; });
    cache_.note_progress(waiting);
}

void HotWindow::measure(Clock::time_point now)
{
    if (round_trip_ == std::chrono::duration<double>{}) {
        round_trip_ = now - begun_;
        measured_at_ = now;
        measured_bytes_ = received_;
        return;
    }
    const std::chrono::duration<double> time = now - measured_at_;
    if (time < measured_every)
        return;
    const auto rate = static_cast<double>(received_ - measured_bytes_) / time.count();
    const auto ahead = use_.is_in_order() ? round_trips_in_order : round_trips;
    const auto is_narrow = least_reach_ == usual_reach && rate < LineRate::narrow; // else it is one connection of many
    const auto least =
        is_narrow ? std::clamp(static_cast<std::uint64_t>(rate * longest_wait_seconds), least_reach_, narrow_reach)
                  : least_reach_;
    reach_ = std::clamp(static_cast<std::uint64_t>(rate * round_trip_.count() * ahead), least, most_reach);
    measured_at_ = now;
    measured_bytes_ = received_;
}

void HotWindow::take_off()
{
    while (flights_.size() < expected_.size() && expected_[flights_.size()].offset < received_ + reach_) {
        const auto& ref = expected_[flights_.size()].ref;
        const auto found = use_.was_used(ref.digest) ? ChunkCache::Found{} : cache_.look_up(ref, Cause::hot);
        flights_.push_back(found.mine ? found.flight : nullptr);
    }
}

bool HotWindow::wanted(std::size_t index)
{
    landed_ = index;
    return index < flights_.size() && flights_[index] && !cache_.is_over(flights_[index]);
}

} // namespace farboot::rootfs
