#pragma once

#include "rootfs/fetch/sockets.hpp"
#include "rootfs/fetch/transfer.hpp"

#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace farboot::rootfs
{

/// The client's thread: runs at most `max_active` transfers, first come first served.
struct HttpClient::Loop {
    Loop(TlsTrust trust, std::size_t max_active, Hurry hurry, std::size_t max_of_connection);
    ~Loop();

    void submit(std::unique_ptr<Transfer> transfer, const std::stop_token& stop);

    TransferCounters counters;

private:
    void run();
    void start_waiting();
    bool collect_finished();
    void collect_cancelled_and_stalled();
    void cancel_all();
    void end_silent_connection_of(const Transfer& transfer);
    std::unique_ptr<Transfer> release(CURL* easy);
    int poll_milliseconds();

    const TlsTrust trust_;
    const std::size_t max_active_;
    const Hurry hurry_;
    CURLM* multi_;
    Sockets sockets_;

    std::mutex mutex_;
    std::deque<std::unique_ptr<Transfer>> waiting_; ///< under the mutex
    bool stopping_ = false;                         ///< under the mutex

    std::unordered_map<CURL*, std::unique_ptr<Transfer>> active_; ///< the thread's own
    std::thread thread_;
};

} // namespace farboot::rootfs
