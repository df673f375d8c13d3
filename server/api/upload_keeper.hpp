#pragma once

#include "server/api/context.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <stop_token>
#include <thread>

namespace farboot::server::api
{

/// Checks uploads that have come whole, makes them complete or refuses them, and removes what nobody goes on with.
/// Servers of one database do this together: a file is held by one of them at a time. Blocks as long as it reads.
[[nodiscard]] boost::asio::awaitable<void> look_after_uploads(const Context& context, std::stop_token stop);

/// Does that each second, on a thread of its own.
class UploadKeeper
{
public:
    /// The context must outlive it.
    explicit UploadKeeper(const Context& context);
    ~UploadKeeper(); ///< waits for what it is doing, which ends soon
    UploadKeeper(const UploadKeeper&) = delete;
    UploadKeeper& operator=(const UploadKeeper&) = delete;

private:
    boost::asio::awaitable<void> run();

    const Context& context_;
    std::stop_source stop_;
    boost::asio::io_context loop_{1};
    boost::asio::steady_timer timer_{loop_};
    std::thread thread_; ///< last: it uses all the above
};

} // namespace farboot::server::api
