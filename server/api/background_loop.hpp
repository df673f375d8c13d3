#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>

namespace farboot::server::api
{

/// Does something again and again, on a thread of its own.
class BackgroundLoop
{
public:
    struct Pauses {
        std::chrono::seconds usual;
        std::chrono::seconds after_failure; ///< the database is away, or a disk fails: later it may not
    };
    using Work = std::function<boost::asio::awaitable<void>(std::stop_token)>;

    /// `name` is the log's event when `work` throws. What `work` refers to must outlive this.
    BackgroundLoop(std::string name, Pauses pauses, Work work);
    ~BackgroundLoop(); ///< tells `work` to stop, and waits for it
    BackgroundLoop(const BackgroundLoop&) = delete;
    BackgroundLoop& operator=(const BackgroundLoop&) = delete;

private:
    boost::asio::awaitable<void> run();

    const std::string name_;
    const Pauses pauses_;
    const Work work_;
    std::stop_source stop_;
    boost::asio::io_context loop_{1};
    boost::asio::steady_timer timer_{loop_};
    std::thread thread_; ///< last: it uses all the above
};

} // namespace farboot::server::api
