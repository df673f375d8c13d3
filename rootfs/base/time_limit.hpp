#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace farboot::rootfs
{

/// Requests a stop after this time, or when `also` does.
class TimeLimit
{
public:
    explicit TimeLimit(std::chrono::milliseconds time, const std::stop_token& also = {})
        : also_(also, [source = source_]() mutable { source.request_stop(); }),
          clock_([source = source_, time](const std::stop_token& done) mutable {
              std::mutex mutex;
              std::condition_variable_any never;
              std::unique_lock lock(mutex);
              never.wait_for(lock, done, time, [] { return false; });
              if (!done.stop_requested())
                  source.request_stop();
          })
    {
    }

    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

private:
    std::stop_source source_;
    std::stop_callback<std::function<void()>> also_;
    std::jthread clock_;
};

} // namespace farboot::rootfs
