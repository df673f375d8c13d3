#pragma once

#include <boost/asio/io_context.hpp>

#include <functional>
#include <stop_token>
#include <thread>

namespace farboot::agent
{

/// One thread for the one job at hand. All functions are called from the event loop's thread.
class Worker
{
public:
    /// What the event loop does when the job is done.
    using Continuation = std::move_only_function<void()>;
    using Job = std::move_only_function<Continuation(std::stop_token)>;

    /// `on_crash` gets the words of an exception that left a job.
    Worker(boost::asio::io_context& loop, std::function<void(std::string)> on_crash);
    /// Stops the job and waits for it.
    ~Worker();

    /// Starts a job; one that runs is stopped first, and what it would have continued with is dropped.
    void start(Job job);
    void stop();
    [[nodiscard]] bool busy() const { return running_; }

private:
    void launch(Job job);
    void finish(Continuation continuation);

    boost::asio::io_context& loop_;
    std::function<void(std::string)> on_crash_;
    bool running_ = false;
    Job next_;
    std::jthread thread_;
};

} // namespace farboot::agent
