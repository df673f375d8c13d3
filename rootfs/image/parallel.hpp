#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace farboot::rootfs
{

/// Threads that compressing or checking may use: what the machine has, at most 16.
[[nodiscard]] inline unsigned worker_count()
{
    return std::clamp(std::thread::hardware_concurrency(), 1U, 16U);
}

/// Calls `work(worker, item)` for every item, from `workers` threads, and waits for all. The first exception goes on
/// from here.
template <class Work>
void parallel_for(unsigned workers, std::size_t items, Work work)
{
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::exception_ptr failure;
    const auto run = [&](unsigned worker) {
        try {
            for (std::size_t item = 0; (item = next++) < items;)
                work(worker, item);
        } catch (...) {
            const std::lock_guard lock(mutex);
            failure = std::current_exception();
            next = items;
        }
    };
    {
        std::vector<std::jthread> threads;
        for (unsigned worker = 1; worker < std::min<std::size_t>(workers, items); ++worker)
            threads.emplace_back(run, worker);
        run(0);
    }
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace farboot::rootfs
