#pragma once

#include "pbl/agent/server_api.hpp"
#include "pbl/agent/stage_log.hpp"
#include "pbl/agent/status.hpp"
#include "pbl/agent/system.hpp"
#include "rootfs/record/trust.hpp"

#include <algorithm>
#include <functional>
#include <stop_token>
#include <utility>

namespace farboot::agent
{

/// What a job on the worker's thread works with. Jobs run one at a time and are the only ones who use `api` and
/// `trust`.
struct JobContext {
    System& system;
    StageLog& log;
    ServerApi& api;
    rootfs::Trust& trust;
    std::function<void(Status)> report; ///< tells the faces; from any thread
    std::stop_token stop;
};

[[nodiscard]] inline std::unexpected<Error> cancelled()
{
    return fail("cancelled", "It was stopped.");
}

/// Waiting times between attempts: 1, 2, 4, 8, 15, 15, … seconds.
class BackOff
{
public:
    int next() { return std::exchange(seconds_, std::min(seconds_ * 2, 15)); }
    void reset() { seconds_ = 1; }

private:
    int seconds_ = 1;
};

/// Shows why nothing goes on at the moment, and counts down. False if the job is to stop.
[[nodiscard]] bool wait_visibly(JobContext& job, const Status& base, const Error& why, int seconds);

/// Repeats `attempt`, which gives a Result, until it succeeds, or fails in a way that time does not heal, or is
/// stopped. `base` says what is being done.
template <class Attempt>
[[nodiscard]] auto retry(JobContext& job, const Status& base, Attempt attempt) -> decltype(attempt())
{
    BackOff back_off;
    while (true) {
        job.report(base);
        auto result = attempt();
        if (job.stop.stop_requested())
            return cancelled();
        if (result || !is_transient(result.error()))
            return result;
        if (!wait_visibly(job, base, result.error(), back_off.next()))
            return cancelled();
    }
}

} // namespace farboot::agent
