#include "server/api/background_loop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

namespace farboot::server::api
{

using boost::asio::awaitable;

BackgroundLoop::BackgroundLoop(std::string name, Pauses pauses, Work work)
    : name_(std::move(name)), pauses_(pauses), work_(std::move(work))
{
    boost::asio::co_spawn(loop_, run(), boost::asio::detached);
    thread_ = std::thread([this] { loop_.run(); });
}

BackgroundLoop::~BackgroundLoop()
{
    stop_.request_stop();
    boost::asio::post(loop_, [this] { timer_.cancel(); });
    thread_.join();
}

awaitable<void> BackgroundLoop::run()
{
    const auto stop = stop_.get_token();
    while (!stop.stop_requested()) {
        auto pause = pauses_.usual;
        try {
            co_await work_(stop);
        } catch (const std::exception& error) {
            spdlog::error("event={} error=\"{}\"", name_, error.what());
            pause = pauses_.after_failure;
        }
        if (stop.stop_requested())
            break;
        timer_.expires_after(pause);
        boost::system::error_code cancelled;
        auto wait = boost::asio::redirect_error(boost::asio::use_awaitable, cancelled);
        co_await timer_.async_wait(wait);
    }
}

} // namespace farboot::server::api
