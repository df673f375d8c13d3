#include "rootfs/cli/progress.hpp"

#include "rootfs/cli/console.hpp"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace farboot::rootfs
{

namespace
{

constexpr std::chrono::milliseconds terminal_interval{200};
constexpr std::chrono::seconds line_interval{5};

} // namespace

Progress::Progress(std::string what, std::function<Clock::time_point()> now)
    : what_(std::move(what)), now_(std::move(now)), terminal_(::isatty(STDERR_FILENO) == 1)
{
}

Progress::~Progress()
{
    if (line_open_)
        fmt::print(stderr, "\n");
}

void Progress::update(std::uint64_t done, std::uint64_t total, std::string_view more)
{
    const auto now = now_();
    if (!start_) {
        start_ = last_ = now;
        first_done_ = done;
    }
    const bool is_last = terminal_ && done == total;
    if (!is_last && now - last_ < (terminal_ ? Clock::duration(terminal_interval) : Clock::duration(line_interval)))
        return;
    last_ = now;
    const std::chrono::duration<double> passed = now - *start_;
    const auto rate = static_cast<double>(done - first_done_) / std::max(passed.count(), 0.001);
    auto line = fmt::format("{}: {} of {} ({} %), {}/s", what_, bytes_text(done), bytes_text(total),
                            total == 0 ? 100 : done * 100 / total, bytes_text(static_cast<std::uint64_t>(rate)));
    if (rate > 0 && done < total)
        line += fmt::format(", {} left",
                            duration_text(static_cast<std::uint64_t>(static_cast<double>(total - done) / rate)));
    if (!more.empty())
        line += fmt::format(", {}", more);
    if (!terminal_)
        return note(line);
    fmt::print(stderr, "\r{}\x1b[K", line);
    std::fflush(stderr);
    line_open_ = true;
}

} // namespace farboot::rootfs
