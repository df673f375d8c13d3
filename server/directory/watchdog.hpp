#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace farboot::server::ldap
{

/// Ends what blocks on a socket: shuts the socket down once a deadline has passed. libldap's own time-outs do not cover
/// the handshake of TLS, nor an answer that stops in the middle of a record.
class Watchdog
{
public:
    Watchdog();
    ~Watchdog() = default; // the thread is asked to stop, and joined
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    /// The socket that it minds from now on; -1: none.
    void mind(int socket);

    /// As long as this lives, the socket has so much time.
    class Limit
    {
    public:
        Limit(Watchdog& watchdog, std::chrono::seconds time);
        ~Limit();
        Limit(const Limit&) = delete;
        Limit& operator=(const Limit&) = delete;

    private:
        Watchdog& watchdog_;
    };

private:
    void loop(const std::stop_token& stop);

    std::mutex mutex_;
    std::condition_variable_any changed_;
    int socket_ = -1;
    std::optional<std::chrono::steady_clock::time_point> deadline_;
    std::jthread thread_; // last: it uses all the above
};

} // namespace farboot::server::ldap
