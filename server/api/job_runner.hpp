#pragma once

#include "server/api/background_loop.hpp"
#include "server/api/context.hpp"
#include "server/base/clock_watch.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace farboot::server::api
{

/// Looks at the catalog's jobs from time to time, on a thread of its own, and does what is due: whichever server of the
/// catalog comes first. Sends magic packets from this machine. Notices when the clock is set, and shortens the audit
/// log once a day.
class JobRunner
{
public:
    /// The context must outlive it.
    explicit JobRunner(const Context& context);

private:
    static constexpr std::chrono::minutes first_trim{10};
    boost::asio::awaitable<void> look_at_clock();
    boost::asio::awaitable<void> look();
    boost::asio::awaitable<void> trim_audit();

    const Context& context_;
    ClockWatch clock_;
    bool owes_time_ = false; ///< to PCs in jobs, since the clock was put forward
    std::chrono::steady_clock::time_point trim_at_ = std::chrono::steady_clock::now() + first_trim;
    BackgroundLoop loop_; ///< last: it uses all the above
};

/// MACs of silent PCs that a job calls, which are where this one is: it can wake them. At most 64.
[[nodiscard]] boost::asio::awaitable<std::vector<std::string>> to_wake_by(const Context& context, std::int64_t pc);

} // namespace farboot::server::api
