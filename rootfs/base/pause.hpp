#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <random>
#include <stop_token>

namespace farboot::rootfs
{

/// Many PCs lose a server at the same moment; they must not all come back at the same moment.
inline std::chrono::milliseconds up_to_half_more(std::chrono::milliseconds time)
{
    thread_local std::minstd_rand random(std::random_device{}());
    return time + std::chrono::milliseconds(std::uniform_int_distribution<long>(0, time.count() / 2)(random));
}

/// Sleeps for this time, up to half more by chance; false when stopped.
inline bool sleep_about(std::chrono::milliseconds time, const std::stop_token& stop)
{
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, up_to_half_more(time), [] { return false; });
    return !stop.stop_requested();
}

} // namespace farboot::rootfs
