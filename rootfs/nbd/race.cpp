#include "rootfs/nbd/race.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{
/// So many at once, and then one for each of these.
constexpr std::size_t most_tokens = 8;
constexpr std::chrono::seconds token_every{1};
constexpr std::chrono::milliseconds look_again_after{100}; ///< for a token
constexpr std::chrono::hours rest{1};
} // namespace

struct RaceTrack::Race {
    std::span<const Runner> runners;
    std::atomic<std::uint64_t>& hedged;
    std::stop_source stop;
    std::size_t begun = 0;
    std::vector<std::size_t> running; ///< numbers, growing
    bool over = false;                ///< nobody begins any more
    Outcome outcome;

    [[nodiscard]] bool next_may_run_beside() const
    {
        return !over && !running.empty() && begun < runners.size() && runners[begun].may_run_beside;
    }
};

RaceTrack::RaceTrack(std::size_t threads) : tokens_(most_tokens)
{
    for (std::size_t i = 0; i < threads; ++i)
        threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
}

RaceTrack::Outcome RaceTrack::run(std::span<const Runner> runners, const std::stop_token& stop,
                                  std::atomic<std::uint64_t>& hedged)
{
    Race race{.runners = runners, .hedged = hedged, .stop = {}, .running = {}, .outcome = {}};
    race.outcome.result = fail("unreachable", "There is no source.");
    const std::stop_callback stopped(stop, [&] { race.stop.request_stop(); });
    std::unique_lock lock(mutex_);
    races_.push_back(&race);
    while (!race.over && (!race.running.empty() || race.begun < runners.size())) {
        if (race.running.empty())
            run_next(race, lock);
        else if (!race.next_may_run_beside())
            ended_.wait(lock, [&] { return race.over || race.running.empty(); });
        else
            run_next_when_late(race, lock);
    }
    race.over = true;
    ended_.wait(lock, [&] { return race.running.empty(); });
    std::erase(races_, &race);
    return std::move(race.outcome);
}

/// The threads of the track may all be held up by others' late ones.
void RaceTrack::run_next_when_late(Race& race, std::unique_lock<std::mutex>& lock)
{
    const auto now = Clock::now();
    const auto late_at = race.runners[race.running.back()].progress->late_at();
    if (late_at <= now && take_token()) {
        ++race.hedged;
        run_next(race, lock);
        return;
    }
    const auto begun = race.begun;
    const auto look_again = late_at > now ? std::min(late_at, now + rest) : now + look_again_after;
    ended_.wait_until(lock, look_again, [&] { return race.over || race.running.empty() || race.begun != begun; });
}

void RaceTrack::run_next(Race& race, std::unique_lock<std::mutex>& lock)
{
    const auto number = race.begun++;
    race.running.push_back(number);
    const auto& runner = race.runners[number];
    runner.progress->start();
    ++beginnings_;
    began_.notify_one();

    lock.unlock();
    Result<void> result;
    try {
        result = runner.run(race.stop.get_token());
    } catch (const std::exception& error) {
        result = fail("internal", "Fetching a part of the image failed: {}.", error.what());
    }
    lock.lock();
    std::erase(race.running, number);
    if (!race.over) {
        race.over = result || result.error().reason == "cancelled";
        race.outcome.result = std::move(result);
        race.outcome.winner = number;
        for (const auto other : race.running)
            if (race.over && other < number)
                race.outcome.beaten.push_back(other);
    }
    if (race.over) {
        // Without the lock: stopping calls others. The race lives on until this thread lets the lock go for good.
        race.running.push_back(number);
        lock.unlock();
        race.stop.request_stop();
        lock.lock();
        std::erase(race.running, number);
    }
    ended_.notify_all();
}

RaceTrack::Race* RaceTrack::late_race(Clock::time_point& look_again) const
{
    const auto now = Clock::now();
    look_again = now + rest;
    for (auto* race : races_) {
        if (!race->next_may_run_beside())
            continue;
        const auto late_at = race->runners[race->running.back()].progress->late_at();
        if (late_at <= now)
            return race;
        look_again = std::min(look_again, late_at);
    }
    return nullptr;
}

bool RaceTrack::take_token()
{
    const auto now = Clock::now();
    const auto earned = static_cast<std::size_t>((now - token_time_) / token_every);
    token_time_ += earned * token_every;
    tokens_ = std::min(most_tokens, tokens_ + earned);
    if (tokens_ == 0)
        return false;
    --tokens_;
    return true;
}

void RaceTrack::work(const std::stop_token& stop)
{
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        Clock::time_point look_again;
        auto* race = late_race(look_again);
        if (race != nullptr && take_token()) {
            ++race->hedged;
            run_next(*race, lock);
            continue;
        }
        if (race != nullptr)
            look_again = Clock::now() + token_every;
        const auto seen = beginnings_;
        began_.wait_until(lock, stop, look_again, [&] { return seen != beginnings_; });
    }
}

} // namespace farboot::rootfs
