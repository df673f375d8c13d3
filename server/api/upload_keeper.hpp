#pragma once

#include "server/api/background_loop.hpp"
#include "server/api/context.hpp"
#include "server/base/clock_watch.hpp"

#include <stop_token>

namespace farboot::server::api
{

/// Checks uploads that have come whole, makes them complete or refuses them, and removes what nobody goes on with.
/// Servers of one database do this together: a file is held by one of them at a time. Blocks as long as it reads.
[[nodiscard]] boost::asio::awaitable<void> look_after_uploads(const Context& context, std::stop_token stop);

/// The clock was set: what is on its way has its whole life before it again, by the clock as it is now.
[[nodiscard]] boost::asio::awaitable<void> give_uploads_time(const Context& context);

/// Does that each second, on a thread of its own.
class UploadKeeper
{
public:
    /// The context must outlive it.
    explicit UploadKeeper(const Context& context);

private:
    boost::asio::awaitable<void> look(std::stop_token stop);

    const Context& context_;
    ClockWatch clock_;
    bool owes_time_ = false; ///< the clock was set, and the database does not know yet
    int looks_ = 0;
    BackgroundLoop loop_; ///< last: it uses all the above
};

} // namespace farboot::server::api
