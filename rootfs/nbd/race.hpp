#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/nbd/progress.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <span>
#include <stop_token>
#include <thread>
#include <vector>

namespace farboot::rootfs
{

/// One way to something, of which one has to be good.
struct Runner {
    std::function<Result<void>(std::stop_token)> run; ///< ends soon with the reason cancelled once stop is requested
    Progress* progress = nullptr;                     ///< of this runner alone
    bool may_run_beside = true;                       ///< false: runs only when all before it have failed
};

/// Runs runners one after the other until one is good, and threads that let the next one begin while the one before is
/// late. Whoever is good first ends the others. Safe for many threads.
class RaceTrack
{
public:
    struct Outcome {
        Result<void> result;             ///< the winner's, else the last failure
        std::size_t winner = 0;          ///< its number, if there is one
        std::vector<std::size_t> beaten; ///< began before the winner, and had neither failed nor come in
    };

    /// So many runners can run besides the first ones of all races; 0: none ever does.
    explicit RaceTrack(std::size_t threads);
    ~RaceTrack() = default; ///< no race may be on

    /// Returns when no runner runs any more. `hedged` counts those that began while another one was late. `stop`
    /// ends all; a runner that says "cancelled" by itself too.
    [[nodiscard]] Outcome run(std::span<const Runner> runners, const std::stop_token& stop,
                              std::atomic<std::uint64_t>& hedged);

private:
    using Clock = Progress::Clock;
    struct Race;

    void run_next(Race& race, std::unique_lock<std::mutex>& lock);
    void run_next_when_late(Race& race, std::unique_lock<std::mutex>& lock);
    void work(const std::stop_token& stop);
    /// The first race with a late runner, or null and when to look again.
    [[nodiscard]] Race* late_race(Clock::time_point& look_again) const;
    /// Late runners everywhere mean that the own line is full: what comes besides is limited.
    [[nodiscard]] bool take_token();

    std::mutex mutex_;
    std::condition_variable_any began_;
    std::condition_variable ended_;
    std::size_t beginnings_ = 0;
    std::vector<Race*> races_;
    std::size_t tokens_;
    Clock::time_point token_time_ = Clock::now();
    std::vector<std::jthread> threads_; // last: goes before what it touches
};

} // namespace farboot::rootfs
