#include "rootfs/cli/upload_tries.hpp"

#include "rootfs/cli/console.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace farboot::rootfs
{

namespace
{

constexpr std::size_t jobs_at_a_time = 4;
// With pauses of 1, 2, 4, 8, 16, and then 30 seconds.
constexpr int tries = 8;        ///< over a minute and a half
constexpr int busy_tries = 125; ///< over an hour
constexpr int doubled_pauses = 5;
constexpr std::chrono::seconds longest_pause(30);

bool is_busy(std::string_view reason)
{
    return reason == "http-503" || reason == "http-423";
}

/// Sleeps as long as nobody stops.
void sleep(std::chrono::seconds time, const std::stop_token& stop)
{
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait_for(lock, stop, time, [] { return false; });
}

} // namespace

bool Tries::passes(const std::string& reason)
{
    constexpr std::array<std::string_view, 8> reasons{"unreachable", "stalled",  "truncated", "http-408",
                                                      "http-429",    "http-502", "http-504",  "s3-busy"};
    return is_busy(reason) || std::ranges::find(reasons, reason) != reasons.end();
}

std::optional<std::chrono::seconds> Tries::pause_after(const std::string& reason)
{
    const bool busy = is_busy(reason);
    auto& count = busy ? busy_ : failures_;
    if (++count >= (busy ? busy_tries : tries))
        return std::nullopt;
    return count > doubled_pauses ? longest_pause : std::chrono::seconds(1 << (count - 1));
}

Result<void> try_again(const std::function<Result<void>()>& attempt, const std::stop_token& stop)
{
    for (Tries tried;;) {
        auto done = attempt();
        if (done || !Tries::passes(done.error().reason))
            return done;
        const auto pause = tried.pause_after(done.error().reason);
        if (!pause)
            return fail(done.error().reason, "{} Start it again to go on: what was sent is kept.",
                        done.error().sentence);
        note(fmt::format("{} Next try in {} s.", done.error().sentence, pause->count()));
        sleep(*pause, stop);
    }
}

Result<void> several_at_a_time(std::size_t count, const std::function<Result<void>(std::size_t)>& job,
                               const std::function<void()>& tick)
{
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t running = std::min(jobs_at_a_time, count); // under the mutex, as is the next
    Result<void> result;
    const auto work = [&] {
        for (std::size_t number = 0; (number = next++) < count;)
            if (auto done = job(number); !done) {
                const std::lock_guard lock(mutex);
                if (result)
                    result = std::move(done);
                next = count;
            }
        const std::lock_guard lock(mutex);
        --running;
        changed.notify_all();
    };
    std::vector<std::jthread> threads;
    for (std::size_t i = running; i > 0; --i)
        threads.emplace_back(work);
    std::unique_lock lock(mutex);
    while (!changed.wait_for(lock, std::chrono::milliseconds(250), [&] { return running == 0; }))
        tick();
    return result;
}

} // namespace farboot::rootfs
