#include "rootfs/base/stop_on_signal.hpp"

#include <csignal>
#include <pthread.h>

namespace farboot::rootfs
{

namespace
{

sigset_t stop_signals()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return signals;
}

} // namespace

StopOnSignal::StopOnSignal()
{
    const auto signals = stop_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    waiter_ = std::thread([this, signals] {
        int signal = 0;
        sigwait(&signals, &signal);
        if (ending_)
            return;
        source_.request_stop();
        // A second one ends the program at once; nothing that is half written gets its name.
        pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
        while (!ending_)
            ending_.wait(false);
    });
}

StopOnSignal::~StopOnSignal()
{
    ending_ = true;
    ending_.notify_all();
    if (!source_.stop_requested())
        pthread_kill(waiter_.native_handle(), SIGTERM);
    waiter_.join();
    const auto signals = stop_signals();
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

} // namespace farboot::rootfs
