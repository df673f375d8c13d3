#include "server/directory/watchdog.hpp"

#include <sys/socket.h>

namespace farboot::server::ldap
{

Watchdog::Watchdog() : thread_([this](const std::stop_token& stop) { loop(stop); }) {}

void Watchdog::mind(int socket)
{
    const std::lock_guard lock(mutex_);
    socket_ = socket;
}

void Watchdog::loop(const std::stop_token& stop)
{
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        if (!deadline_) {
            changed_.wait(lock, stop, [this] { return deadline_.has_value(); });
            continue;
        }
        const auto until = *deadline_;
        if (changed_.wait_until(lock, stop, until, [&] { return deadline_ != until; }) || stop.stop_requested())
            continue;
        if (socket_ >= 0)
            ::shutdown(socket_, SHUT_RDWR);
        deadline_.reset();
    }
}

Watchdog::Limit::Limit(Watchdog& watchdog, std::chrono::seconds time) : watchdog_(watchdog)
{
    {
        const std::lock_guard lock(watchdog_.mutex_);
        watchdog_.deadline_ = std::chrono::steady_clock::now() + time;
    }
    watchdog_.changed_.notify_all();
}

Watchdog::Limit::~Limit()
{
    {
        const std::lock_guard lock(watchdog_.mutex_);
        watchdog_.deadline_.reset();
    }
    watchdog_.changed_.notify_all();
}

} // namespace farboot::server::ldap
