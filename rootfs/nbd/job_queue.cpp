#include "rootfs/nbd/job_queue.hpp"

namespace farboot::rootfs
{

JobQueue::JobQueue(std::size_t workers)
{
    for (std::size_t i = 0; i < workers; ++i)
        workers_.emplace_back([this](std::stop_token stop) { work(std::move(stop)); });
}

JobQueue::~JobQueue()
{
    for (auto& worker : workers_)
        worker.request_stop();
    workers_.clear();
    for (auto& job : jobs_)
        job.drop({"cancelled", "The reader is being stopped."});
}

void JobQueue::push(ChunkJob job)
{
    const std::scoped_lock lock(mutex_);
    jobs_.push_back(std::move(job));
    pushed_.notify_one();
}

void JobQueue::push_front(ChunkJob job)
{
    const std::scoped_lock lock(mutex_);
    jobs_.push_front(std::move(job));
    pushed_.notify_one();
}

std::size_t JobQueue::waiting() const
{
    const std::scoped_lock lock(mutex_);
    return jobs_.size();
}

void JobQueue::work(std::stop_token stop)
{
    for (;;) {
        std::unique_lock lock(mutex_);
        if (!pushed_.wait(lock, stop, [&] { return !jobs_.empty(); }) || stop.stop_requested())
            return;
        auto job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        try {
            job.run([this](ChunkJob rest) { push_front(std::move(rest)); });
        } catch (const std::exception& error) {
            job.drop({"internal", fmt::format("Fetching a part of the image failed: {}.", error.what())});
        }
    }
}

} // namespace farboot::rootfs
