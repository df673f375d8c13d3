#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <vector>

namespace farboot::server
{

/// The queue is full: the caller answers "try again later".
struct Overloaded : std::runtime_error {
    Overloaded() : std::runtime_error("too much work is waiting") {}
};

/// Threads for work that blocks (the database, password hashing). Coroutines await it and go on where they were.
class Workers
{
public:
    /// Gets the number of the thread that it runs on, from 0.
    using Job = std::move_only_function<void(std::size_t thread)>;

    /// `at_exit` runs at the end of each thread, on it. More than `queue_limit` waiting jobs are refused.
    Workers(std::size_t threads, std::size_t queue_limit, std::function<void(std::size_t thread)> at_exit = {});
    /// Does what is queued, then ends the threads. Whatever the jobs resume must still exist.
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    /// Runs `work(thread)` and gives its result; what it throws is thrown to the awaiting coroutine. Throws Overloaded.
    template <class Work>
    boost::asio::awaitable<std::invoke_result_t<Work&, std::size_t>> run(Work work)
    {
        std::optional<std::invoke_result_t<Work&, std::size_t>> result;
        std::exception_ptr failure;
        Job job = [&](std::size_t thread) { // named: g++ 12 is not to be trusted with temporaries in a co_await
            try {
                result.emplace(work(thread));
            } catch (...) {
                failure = std::current_exception();
            }
        };
        co_await wait_for(std::move(job));
        if (failure)
            std::rethrow_exception(failure);
        co_return std::move(*result);
    }

private:
    boost::asio::awaitable<void> wait_for(Job job);
    bool full();
    void push(Job job);
    void loop(std::size_t thread);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> jobs_;
    std::size_t queue_limit_;
    std::function<void(std::size_t)> at_exit_;
    bool stopping_ = false;
    std::vector<std::jthread> threads_; // last: they use all the above
};

} // namespace farboot::server
