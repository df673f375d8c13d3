#include "server/base/workers.hpp"

#include <boost/asio/associated_executor.hpp>

namespace farboot::server
{

namespace asio = boost::asio;

Workers::Workers(std::size_t threads, std::size_t queue_limit, std::function<void(std::size_t)> at_exit)
    : queue_limit_(queue_limit), at_exit_(std::move(at_exit))
{
    for (std::size_t i = 0; i < threads; ++i)
        threads_.emplace_back([this, i] { loop(i); });
}

Workers::~Workers()
{
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
}

bool Workers::full()
{
    std::lock_guard lock(mutex_);
    return jobs_.size() >= queue_limit_;
}

void Workers::push(Job job)
{
    {
        std::lock_guard lock(mutex_);
        jobs_.push_back(std::move(job));
    }
    changed_.notify_one();
}

asio::awaitable<void> Workers::wait_for(Job job)
{
    if (full()) // here: the coroutine has gone to sleep by the time that `start` runs, where nothing may throw
        throw Overloaded();
    auto start = [this, &job](auto handler) {
        push([&job, handler = std::move(handler)](std::size_t thread) mutable {
            job(thread);
            auto executor = asio::get_associated_executor(handler);
            asio::post(executor, std::move(handler));
        });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(std::move(start), asio::use_awaitable);
}

void Workers::loop(std::size_t thread)
{
    while (true) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
            if (jobs_.empty())
                break;
            job = std::move(jobs_.front());
            jobs_.pop_front();
        }
        job(thread);
    }
    if (at_exit_)
        at_exit_(thread);
}

} // namespace farboot::server
