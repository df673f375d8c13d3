#pragma once

#include "server/api/context.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <string>
#include <thread>
#include <vector>

namespace farboot::server::api
{

/// Looks at the catalog's jobs from time to time, on a thread of its own, and does what is due: whichever server of the
/// catalog comes first. Sends magic packets from this machine.
class JobRunner
{
public:
    /// The context must outlive it.
    explicit JobRunner(const Context& context);
    ~JobRunner(); ///< waits for what it is doing
    JobRunner(const JobRunner&) = delete;
    JobRunner& operator=(const JobRunner&) = delete;

private:
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> look();

    const Context& context_;
    boost::asio::io_context loop_{1};
    boost::asio::steady_timer timer_{loop_};
    bool stopping_ = false; ///< on the loop's thread
    std::thread thread_;    ///< last: it uses all the above
};

/// MACs of silent PCs that a job calls, which are where this one is: it can wake them. At most 64.
[[nodiscard]] boost::asio::awaitable<std::vector<std::string>> to_wake_by(const Context& context, std::int64_t pc);

} // namespace farboot::server::api
