#include "rootfs/nbd/source_set.hpp"

#include "rootfs/base/pause.hpp"
#include "rootfs/nbd/source_error.hpp"

#include <algorithm>
#include <deque>

namespace farboot::rootfs
{

namespace
{

constexpr std::chrono::milliseconds look_up_from_waiting{1'000};
/// Attempts beside late ones, of all images together.
constexpr std::size_t hedge_threads = 4;
/// A source beaten more often than every third time comes to be slow.
constexpr int when_beaten = 2;
constexpr int slow_from = 6;
constexpr int back_at = slow_from - when_beaten; // beaten once more, it is slow again

} // namespace

SourceSet::SourceSet(std::vector<std::string> urls, Options options)
    : options_(std::move(options)), track_(urls.size() > 1 ? hedge_threads : 0)
{
    for (auto& url : urls)
        sources_.push_back({Source{sources_.size(), std::move(url)}});
}

Result<void> SourceSet::until_good(const Attempt& attempt, Counters& counters, const Patience& patience)
{
    auto pause = options_.first_wait;
    std::optional<Waiter> waiter;
    const auto leave = [&](Result<void> result) {
        if (waiter)
            end_waiting(*waiter, result.has_value());
        return result;
    };
    for (auto which = Round::all;;) {
        const auto seen = praises();
        auto result = round(which, attempt, counters, patience);
        if (result || result.error().reason == "cancelled")
            return leave(std::move(result));
        if (patience.stop.stop_requested())
            return leave(fail("cancelled", "The reader is being stopped."));
        if (!patience.lasts())
            return leave(std::move(result));
        if (!waiter) {
            waiter.emplace();
            begin_waiting(result.error());
        }
        if (which == Round::all) {
            ++counters.waits;
            waiter->all_again = Clock::now() + up_to_half_more(pause);
            pause = std::min(pause * 2, options_.longest_wait);
        }
        const auto next = wait(*waiter, seen, patience);
        if (!next)
            return leave(std::move(result));
        which = *next;
    }
}

Result<void> SourceSet::round(Round which, const Attempt& attempt, Counters& counters, const Patience& patience)
{
    auto order = in_order();
    if (which == Round::probe && std::ranges::any_of(order, &Ranked::gone))
        std::erase_if(order, [](const Ranked& ranked) { return !ranked.gone; });
    // Where every source is in disgrace, one that does not even say no holds up none that is back.
    const auto none_is_better = order.front().rank == Rank::disgraced;
    std::deque<Progress> progress;
    std::vector<Runner> runners;
    for (const auto& [source, rank, gone] : order) {
        progress.emplace_back(*source.meter);
        const auto run = [&, &at = source, &made = progress.back()](std::stop_token stop) {
            auto its_own = patience;
            its_own.stop = std::move(stop);
            its_own.progress = &made;
            its_own.probes = which == Round::probe;
            return try_source(at, attempt, counters, its_own);
        };
        runners.push_back({run, &progress.back(), rank != Rank::disgraced || (gone && none_is_better)});
    }
    auto outcome = track_.run(runners, patience.stop, counters.hedged);
    if (outcome.result) {
        note_winner(order[outcome.winner].source);
        for (const auto number : outcome.beaten)
            note_beaten(order[number].source);
    }
    return std::move(outcome.result);
}

Result<void> SourceSet::once(const Attempt& attempt, const Patience& patience)
{
    const auto source = best();
    auto result = attempt(source, Freshness::usual, patience);
    if (result)
        praise(source);
    return result;
}

Result<void> SourceSet::each_once(const Attempt& attempt, Counters& counters, const Patience& patience)
{
    Result<void> result = fail("unreachable", "There is no source.");
    for (const auto& source : by_preference()) {
        result = try_source(source, attempt, counters, patience);
        if (result || result.error().reason == "cancelled")
            break;
    }
    return result;
}

Result<void> SourceSet::try_source(const Source& source, const Attempt& attempt, Counters& counters,
                                   const Patience& patience)
{
    Result<void> result;
    for (const auto freshness : {Freshness::usual, Freshness::new_locator, Freshness::past_caches}) {
        result = attempt(source, freshness, patience);
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

SourceSet::Rank SourceSet::rank_of(const Entry& entry, Clock::time_point now)
{
    return entry.avoid_until > now ? Rank::disgraced : entry.slow_until > now ? Rank::slow : Rank::good;
}

std::vector<SourceSet::Ranked> SourceSet::in_order() const
{
    const std::scoped_lock lock(mutex_);
    const auto now = Clock::now();
    std::vector<Ranked> order;
    order.reserve(sources_.size());
    for (const auto& entry : sources_)
        order.push_back({entry.source, rank_of(entry, now), entry.gone});
    // Those in disgrace come last instead of never: a bad source may be the only one, and every byte is checked anyway.
    std::ranges::stable_sort(order, {}, &Ranked::rank);
    return order;
}

std::vector<Source> SourceSet::by_preference() const
{
    std::vector<Source> sources;
    for (auto& ranked : in_order())
        sources.push_back(std::move(ranked.source));
    return sources;
}

void SourceSet::note_winner(const Source& source)
{
    const std::scoped_lock lock(mutex_);
    auto& slowness = sources_[source.index].slowness;
    slowness = std::max(slowness - 1, 0);
}

void SourceSet::note_beaten(const Source& source)
{
    ++source.meter->beaten;
    const std::scoped_lock lock(mutex_);
    auto& entry = sources_[source.index];
    entry.slowness += when_beaten;
    if (entry.slowness < slow_from)
        return;
    entry.slowness = back_at;
    entry.slow_until = Clock::now() + up_to_half_more(options_.slow);
}

void SourceSet::praise(const Source& source)
{
    const std::scoped_lock lock(mutex_);
    auto& entry = sources_[source.index];
    entry.avoid_until = {};
    entry.quarantined = false;
    entry.gone = false;
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
    // It answers again, though it has not what was asked for: others may be lucky.
    if (std::exchange(entry.gone, is_gone(error)) && !entry.gone && waiting_ > 0) {
        ++praises_;
        praised_.notify_all();
    }
    entry.avoid_until = Clock::now() + up_to_half_more(entry.quarantined ? options_.quarantine : options_.avoid);
}

void SourceSet::begin_waiting(const Error& error)
{
    const std::scoped_lock lock(mutex_);
    if (waiting_++ > 0)
        return;
    waiting_since_ = Clock::now();
    if (options_.waiting)
        options_.waiting(true);
    if (options_.notice)
        options_.notice(fmt::format("waiting for the network or the server, it goes on by itself: {}", error.sentence));
}

void SourceSet::end_waiting(const Waiter& waiter, bool good)
{
    const std::scoped_lock lock(mutex_);
    if (waiter.probes)
        probed_ = false;
    if (--waiting_ > 0)
        return;
    if (options_.waiting)
        options_.waiting(false);
    if (!good || !options_.notice)
        return;
    const auto time = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - waiting_since_);
    options_.notice(fmt::format("back after {} s of waiting", time.count()));
}

std::size_t SourceSet::praises() const
{
    const std::scoped_lock lock(mutex_);
    return praises_;
}

std::optional<SourceSet::Round> SourceSet::wait(Waiter& waiter, std::size_t seen, const Patience& patience)
{
    const auto probe_at = Clock::now() + up_to_half_more(options_.probe);
    std::unique_lock lock(mutex_);
    // Whoever is refused by all sources that answer is not helped by what others read.
    const auto heeds = std::ranges::any_of(sources_, &Entry::gone);
    for (;;) {
        choose_prober(waiter);
        const auto now = Clock::now();
        if (now >= waiter.all_again)
            return Round::all;
        if (waiter.probes && now >= probe_at)
            return Round::probe;
        const auto end = waiter.probes ? std::min(waiter.all_again, probe_at) : waiter.all_again;
        const auto until = std::min(end, now + look_up_from_waiting);
        if (praised_.wait_until(lock, patience.stop, until, [&] { return heeds && seen != praises_; }))
            return Round::all;
        lock.unlock();
        if (!patience.lasts())
            return std::nullopt;
        lock.lock();
    }
}

void SourceSet::choose_prober(Waiter& waiter)
{
    if (probed_ && !waiter.probes)
        return;
    waiter.probes = std::ranges::any_of(sources_, &Entry::gone);
    probed_ = waiter.probes;
}

std::vector<Source> SourceSet::all() const
{
    std::vector<Source> all;
    all.reserve(sources_.size());
    for (const auto& entry : sources_)
        all.push_back(entry.source);
    return all;
}

std::vector<SourceSet::State> SourceSet::states() const
{
    const std::scoped_lock lock(mutex_);
    const auto now = Clock::now();
    std::vector<State> states;
    for (const auto& entry : sources_) {
        const auto rank = rank_of(entry, now);
        states.push_back({entry.source, rank == Rank::good   ? "good"
                                        : rank == Rank::slow ? "slow"
                                        : entry.quarantined  ? "quarantined"
                                                             : "avoided"});
    }
    return states;
}

bool SourceSet::waiting() const
{
    const std::scoped_lock lock(mutex_);
    return waiting_ > 0;
}

} // namespace farboot::rootfs
