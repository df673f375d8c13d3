#include "rootfs/nbd/source_set.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace farboot::rootfs
{

namespace
{

constexpr std::chrono::milliseconds look_up_from_waiting{1'000};

/// The bytes were there and were not what they should be.
bool is_corrupt(const Error& error)
{
    static constexpr auto reasons = std::to_array<std::string_view>(
        {"digest-mismatch", "chunk-malformed", "manifest-malformed", "locator-malformed", "version-unknown"});
    return std::ranges::find(reasons, error.reason) != reasons.end();
}

/// Many PCs lose a server at the same moment; they must not all come back at the same moment.
std::chrono::milliseconds up_to_half_more(std::chrono::milliseconds time)
{
    thread_local std::minstd_rand random(std::random_device{}());
    return time + std::chrono::milliseconds(std::uniform_int_distribution<long>(0, time.count() / 2)(random));
}

} // namespace

bool SourceSet::may_be_stale(const Error& error)
{
    static constexpr auto reasons = std::to_array<std::string_view>(
        {"http-404", "http-410", "http-416", "locator-changed", "range-ignored", "truncated"});
    return is_corrupt(error) || std::ranges::find(reasons, error.reason) != reasons.end();
}

SourceSet::SourceSet(std::vector<std::string> urls, Options options) : options_(std::move(options))
{
    for (auto& url : urls)
        sources_.push_back({Source{sources_.size(), std::move(url)}});
}

Result<void> SourceSet::until_good(const Attempt& attempt, Counters& counters, const Patience& patience)
{
    auto pause = options_.first_wait;
    auto waited = false;
    const auto leave = [&](Result<void> result) {
        if (waited)
            end_waiting(result.has_value());
        return result;
    };
    for (;;) {
        Error last{"unreachable", "There is no source."};
        for (const auto& source : in_order()) {
            auto result = try_source(source, attempt, counters);
            if (result || result.error().reason == "cancelled")
                return leave(std::move(result));
            last = std::move(result.error());
            if (patience.stop.stop_requested())
                return leave(fail("cancelled", "The reader is being stopped."));
        }
        if (!patience.lasts())
            return leave(std::unexpected(std::move(last)));
        if (!waited) {
            waited = true;
            begin_waiting(last);
        }
        ++counters.waits;
        if (!wait(up_to_half_more(pause), patience))
            return leave(std::unexpected(std::move(last)));
        pause = std::min(pause * 2, options_.longest_wait);
    }
}

Result<void> SourceSet::once(const Attempt& attempt)
{
    const auto source = in_order().front();
    auto result = attempt(source, Freshness::usual);
    if (result)
        praise(source);
    return result;
}

Result<void> SourceSet::try_source(const Source& source, const Attempt& attempt, Counters& counters)
{
    Result<void> result;
    for (const auto freshness : {Freshness::usual, Freshness::new_locator, Freshness::past_caches}) {
        result = attempt(source, freshness);
        if (result) {
            praise(source);
            return result;
        }
        if (is_corrupt(result.error()))
            ++counters.verify_failures;
        if (!may_be_stale(result.error()))
            break;
    }
    if (result.error().reason != "cancelled")
        blame(source, result.error());
    return result;
}

std::vector<Source> SourceSet::in_order() const
{
    const std::scoped_lock lock(mutex_);
    const auto now = Clock::now();
    std::vector<Source> order;
    // Those in disgrace come last instead of never: a bad source may be the only one, and every byte is checked anyway.
    for (const auto disgraced : {false, true})
        for (const auto& entry : sources_)
            if ((entry.avoid_until > now) == disgraced)
                order.push_back(entry.source);
    return order;
}

void SourceSet::praise(const Source& source)
{
    const std::scoped_lock lock(mutex_);
    sources_[source.index].avoid_until = {};
    sources_[source.index].quarantined = false;
    if (waiting_ > 0) {
        ++praises_;
        praised_.notify_all();
    }
}

void SourceSet::blame(const Source& source, const Error& error)
{
    const std::scoped_lock lock(mutex_);
    auto& entry = sources_[source.index];
    entry.quarantined = is_corrupt(error);
    entry.avoid_until = Clock::now() + up_to_half_more(entry.quarantined ? options_.quarantine : options_.avoid);
}

void SourceSet::begin_waiting(const Error& error)
{
    const std::scoped_lock lock(mutex_);
    if (waiting_++ > 0)
        return;
    waiting_since_ = Clock::now();
    if (options_.notice)
        options_.notice(fmt::format("waiting for the network or the server, it goes on by itself: {}", error.sentence));
}

void SourceSet::end_waiting(bool good)
{
    const std::scoped_lock lock(mutex_);
    if (--waiting_ > 0 || !good || !options_.notice)
        return;
    const auto time = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - waiting_since_);
    options_.notice(fmt::format("back after {} s of waiting", time.count()));
}

bool SourceSet::wait(std::chrono::milliseconds time, const Patience& patience)
{
    const auto end = Clock::now() + time;
    std::unique_lock lock(mutex_);
    const auto praises = praises_;
    while (Clock::now() < end) {
        const auto until = std::min(end, Clock::now() + look_up_from_waiting);
        if (praised_.wait_until(lock, patience.stop, until, [&] { return praises != praises_; }))
            return true;
        lock.unlock();
        if (!patience.lasts())
            return false;
        lock.lock();
    }
    return true;
}

std::vector<Source> SourceSet::all() const
{
    std::vector<Source> all;
    for (const auto& entry : sources_)
        all.push_back(entry.source);
    return all;
}

std::vector<SourceSet::State> SourceSet::states() const
{
    const std::scoped_lock lock(mutex_);
    const auto now = Clock::now();
    std::vector<State> states;
    for (const auto& entry : sources_)
        states.push_back({entry.source.url, entry.avoid_until <= now ? "good"
                                            : entry.quarantined      ? "quarantined"
                                                                     : "avoided"});
    return states;
}

bool SourceSet::waiting() const
{
    const std::scoped_lock lock(mutex_);
    return waiting_ > 0;
}

} // namespace farboot::rootfs
