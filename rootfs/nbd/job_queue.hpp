#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace farboot::rootfs
{

/// Threads that do jobs, oldest first. What a job throws must end in `work`.
template <class Job>
class JobQueue
{
public:
    /// Runs on one of the threads.
    using Work = std::function<void(Job)>;

    JobQueue(std::size_t workers, Work work) : work_(std::move(work))
    {
        for (std::size_t i = 0; i < workers; ++i)
            workers_.emplace_back([this](const std::stop_token& stop) { run(stop); });
    }
    /// Waits for the running jobs, whose patience must have ended; the others are never begun.
    ~JobQueue() { (void)stop(); }
    JobQueue(const JobQueue&) = delete;
    JobQueue& operator=(const JobQueue&) = delete;

    void push(Job job)
    {
        const std::scoped_lock lock(mutex_);
        jobs_.push_back(std::move(job));
        pushed_.notify_one();
    }
    /// A part of a job that was already begun.
    void push_front(Job job)
    {
        const std::scoped_lock lock(mutex_);
        jobs_.push_front(std::move(job));
        pushed_.notify_one();
    }
    [[nodiscard]] std::size_t waiting() const
    {
        const std::scoped_lock lock(mutex_);
        return jobs_.size();
    }
    /// Ends the threads and gives the jobs that nobody has begun.
    [[nodiscard]] std::deque<Job> stop()
    {
        for (auto& worker : workers_)
            worker.request_stop();
        workers_.clear();
        const std::scoped_lock lock(mutex_);
        return std::exchange(jobs_, {});
    }

private:
    void run(const std::stop_token& stop)
    {
        for (;;) {
            std::unique_lock lock(mutex_);
            if (!pushed_.wait(lock, stop, [&] { return !jobs_.empty(); }) || stop.stop_requested())
                return;
            auto job = std::move(jobs_.front());
            jobs_.pop_front();
            lock.unlock();
            work_(std::move(job));
        }
    }

    Work work_;
    mutable std::mutex mutex_;
    std::condition_variable_any pushed_;
    std::deque<Job> jobs_;
    std::vector<std::jthread> workers_;
};

} // namespace farboot::rootfs
