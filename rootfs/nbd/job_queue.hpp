#pragma once

#include "rootfs/nbd/chunk_job.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace farboot::rootfs
{

/// Threads that run jobs, oldest first.
class JobQueue
{
public:
    explicit JobQueue(std::size_t workers);
    /// Waits for the running jobs, whose patience must have ended; drops the others.
    ~JobQueue();

    void push(ChunkJob job);
    /// A part of a job that was already begun.
    void push_front(ChunkJob job);
    [[nodiscard]] std::size_t waiting() const;

private:
    void work(std::stop_token stop);

    mutable std::mutex mutex_;
    std::condition_variable_any pushed_;
    std::deque<ChunkJob> jobs_;
    std::vector<std::jthread> workers_;
};

} // namespace farboot::rootfs
