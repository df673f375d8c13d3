#include "pbl/agent/worker.hpp"

#include <boost/asio/post.hpp>

#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace farboot::agent
{

Worker::Worker(boost::asio::io_context& loop, std::function<void(std::string)> on_crash)
    : loop_(loop), on_crash_(std::move(on_crash))
{
}

Worker::~Worker()
{
    stop();
}

void Worker::start(Job job)
{
    if (running_) {
        next_ = std::move(job);
        stop();
    } else {
        launch(std::move(job));
    }
}

void Worker::stop()
{
    thread_.request_stop();
}

void Worker::launch(Job job)
{
    running_ = true;
    thread_ = std::jthread([this, job = std::move(job)](std::stop_token stop) mutable {
        auto continuation = std::make_shared<Continuation>();
        try {
            *continuation = job(stop);
        } catch (const std::exception& error) {
            *continuation = [this, what = std::string(error.what())] { on_crash_(what); };
        }
        // A shared pointer, as Asio wants to copy what it is given.
        boost::asio::post(loop_, [this, continuation] { finish(std::move(*continuation)); });
    });
}

void Worker::finish(Continuation continuation)
{
    thread_.join();
    running_ = false;
    if (next_)
        launch(std::exchange(next_, nullptr));
    else
        continuation();
}

} // namespace farboot::agent
