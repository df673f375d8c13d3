/// Tells who sits in front of an X session that its readers wait: farboot-waiting(1).
#include "rootfs/waiting/banner.hpp"
#include "rootfs/waiting/watch.hpp"

#include <getopt.h>
#include <poll.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>

using namespace farboot::rootfs;

namespace
{

constexpr std::chrono::milliseconds look_for_readers{5'000};

struct Options {
    std::filesystem::path system = "/run/initramfs/run/waiting";
    std::filesystem::path machines = "/run/farboot-reader/waiting";
    Language language = language_of_session();
};

constexpr const char* help =
    "Usage: farboot-waiting [--language de|en] [--system FILE] [--machines FILE]\n"
    "Shows on the X display, over everything, that the system waits for its server.\n"
    "  --language de|en  of the sentences (default: the session's)\n"
    "  --system FILE     of the root file system's reader (default: /run/initramfs/run/waiting)\n"
    "  --machines FILE   of the virtual machines' reader (default: /run/farboot-reader/waiting)\n"
    "See farboot-waiting(1).\n";

/// Nothing: it was told what there is, or what was wrong; `status` is what to end with.
std::optional<Options> parse(int argc, char** argv, int& status)
{
    const std::array<option, 5> known{{{"language", required_argument, nullptr, 'l'},
                                       {"system", required_argument, nullptr, 's'},
                                       {"machines", required_argument, nullptr, 'm'},
                                       {"help", no_argument, nullptr, 'h'},
                                       {nullptr, 0, nullptr, 0}}};
    Options options;
    for (int found = 0; (found = ::getopt_long(argc, argv, "h", known.data(), nullptr)) != -1;) {
        if (found == 's')
            options.system = ::optarg;
        else if (found == 'm')
            options.machines = ::optarg;
        else if (const auto language = found == 'l' ? language_named(::optarg) : std::nullopt)
            options.language = *language;
        else {
            if (found == 'l')
                std::fprintf(stderr, "farboot-waiting: there is no language %s, only de and en\n", ::optarg);
            std::fputs(help, found == 'h' ? stdout : stderr);
            status = found == 'h' ? 0 : 2;
            return std::nullopt;
        }
    }
    return options;
}

/// What it will run must be in memory by then: the root file system may be what waits. What is allocated later comes
/// from no disk, and is not locked: an ordinary user may lock little.
void lock_what_is_loaded()
{
    if (::mlockall(MCL_CURRENT) != 0)
        std::fprintf(
            stderr,
            "farboot-waiting: it cannot be locked in memory (%s; ulimit -l): when memory is short it may be late\n",
            std::strerror(errno));
}

/// Returns when the X server has gone: that is the end of the session.
void run(const Options& options)
{
    Banner banner;
    WaitingWatch watch(options.system, options.machines);
    ::tzset(); // reads the time zone's file
    lock_what_is_loaded();
    Waits shown;
    do {
        if (auto now = watch.look(); now != shown) {
            shown = std::move(now);
            banner.show(sentences(shown, options.language));
        }
        if (!banner.take_events())
            return;
        auto wait = banner.raises_in().value_or(std::chrono::milliseconds(-1));
        if (!watch.complete())
            wait = wait.count() < 0 ? look_for_readers : std::min(wait, look_for_readers);
        std::array<pollfd, 2> two{{{banner.descriptor(), POLLIN, 0}, {watch.descriptor(), POLLIN, 0}}};
        ::poll(two.data(), two.size(), static_cast<int>(wait.count()));
    } while (true);
}

} // namespace

int main(int argc, char** argv)
{
    try {
        int status = 0;
        if (const auto options = parse(argc, argv, status))
            run(*options);
        return status;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "farboot-waiting: %s\n", error.what());
        return 1;
    }
}
