#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace farboot::rootfs
{

/// Turns Ctrl-C and SIGTERM into a stop request as long as it lives. Make it before other threads start: they inherit
/// that they leave these signals alone.
class StopOnSignal
{
public:
    StopOnSignal();
    ~StopOnSignal();
    StopOnSignal(const StopOnSignal&) = delete;
    StopOnSignal& operator=(const StopOnSignal&) = delete;

    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

private:
    std::stop_source source_;
    std::atomic<bool> ending_ = false;
    std::thread waiter_;
};

} // namespace farboot::rootfs
