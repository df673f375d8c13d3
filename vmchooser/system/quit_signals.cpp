#include "vmchooser/system/quit_signals.hpp"

#include <QCoreApplication>
#include <QSocketNotifier>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace farboot::vmchooser
{
namespace
{

int wake = -1;

void on_signal(int)
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake, &one, sizeof one);
}

} // namespace

void quit_on_signals()
{
    wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    auto* notifier = new QSocketNotifier(wake, QSocketNotifier::Read, QCoreApplication::instance());
    QObject::connect(notifier, &QSocketNotifier::activated, QCoreApplication::instance(), [notifier] {
        notifier->setEnabled(false);
        QCoreApplication::quit();
    });
    // Handlers, not a blocked mask: programs that we start would inherit the mask.
    struct sigaction action{};
    action.sa_handler = on_signal;
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        ::sigaction(signal, &action, nullptr);
}

} // namespace farboot::vmchooser
