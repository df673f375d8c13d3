#include "rootfs/nbd/source_meter.hpp"

#include <algorithm>
#include <utility>

namespace farboot::rootfs
{

namespace
{

using Seconds = std::chrono::duration<double>;

constexpr double weight_of_newest = 1.0 / 8;
/// A way that has become longer shows after twice as many answers at the latest.
constexpr int answers_of_a_period = 64;
constexpr Seconds shortest_silence{0.3};
/// Before anything was measured: the first answer comes over a new connection from a cold disk.
constexpr Seconds silence_of_unknown{1.0};
/// A new connection costs four round trips where an old one costs one.
constexpr double times_latency = 6;
constexpr double rate_of_unknown = 64 * 1024;
constexpr double times_transfer = 4;
/// What comes faster was in the network card already.
constexpr Seconds shortest_measured{0.001};

void approach(std::optional<double>& average, double newest)
{
    average = average ? *average + (newest - *average) * weight_of_newest : newest;
}

SourceMeter::Duration rounded(Seconds time)
{
    return std::chrono::duration_cast<SourceMeter::Duration>(time);
}

} // namespace

void SourceMeter::note_latency(Duration time)
{
    const std::scoped_lock lock(mutex_);
    const auto newest = Seconds(time).count();
    approach(latency_, newest);
    if (answers_++ % answers_of_a_period == 0)
        least_before_ = std::exchange(least_now_, newest);
    least_now_ = std::min(least_now_.value_or(newest), newest);
}

void SourceMeter::note_rate(std::uint64_t bytes, Duration time)
{
    const std::scoped_lock lock(mutex_);
    approach(rate_, static_cast<double>(bytes) / std::max(Seconds(time), shortest_measured).count());
}

void SourceMeter::note_received(std::uint64_t bytes)
{
    const std::scoped_lock lock(mutex_);
    line_.note(bytes, LineRate::Clock::now());
}

SourceMeter::Line SourceMeter::line() const
{
    const std::scoped_lock lock(mutex_);
    const auto now = LineRate::Clock::now();
    return {line_.burst(now), line_.sustained(now)};
}

std::optional<std::chrono::milliseconds> SourceMeter::latency() const
{
    const std::scoped_lock lock(mutex_);
    if (!latency_)
        return std::nullopt;
    return std::chrono::round<std::chrono::milliseconds>(Seconds(*latency_));
}

std::optional<SourceMeter::Duration> SourceMeter::least_latency() const
{
    const std::scoped_lock lock(mutex_);
    if (!least_now_)
        return std::nullopt;
    return rounded(Seconds(std::min(*least_now_, least_before_.value_or(*least_now_))));
}

std::optional<std::uint64_t> SourceMeter::rate() const
{
    const std::scoped_lock lock(mutex_);
    if (!rate_)
        return std::nullopt;
    return static_cast<std::uint64_t>(*rate_);
}

SourceMeter::Duration SourceMeter::unusual_silence() const
{
    const std::scoped_lock lock(mutex_);
    return rounded(latency_ ? std::max(shortest_silence, times_latency * Seconds(*latency_)) : silence_of_unknown);
}

SourceMeter::Duration SourceMeter::unusual_time_for(std::uint64_t bytes) const
{
    const std::scoped_lock lock(mutex_);
    // Never as good as nothing: an average that a trickle has brought down must not excuse the next one.
    const auto rate = std::max(rate_.value_or(rate_of_unknown), 1.0);
    return rounded(Seconds(times_transfer * static_cast<double>(bytes) / rate));
}

} // namespace farboot::rootfs
