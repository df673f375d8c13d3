#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace farboot::rootfs
{

/// Progress of long work on stderr: one line that changes on a terminal, otherwise a line every few seconds.
class Progress
{
public:
    using Clock = std::chrono::steady_clock;

    /// `what` starts the line: "Publishing root.squashfs".
    explicit Progress(std::string what, std::function<Clock::time_point()> now = Clock::now);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Bytes done of all, and what else is to be said ("40 % deduplicated"). The clock runs from the first call.
    void update(std::uint64_t done, std::uint64_t total, std::string_view more = {});

private:
    std::string what_;
    std::function<Clock::time_point()> now_;
    bool terminal_;
    bool line_open_ = false;
    std::optional<Clock::time_point> start_;
    std::uint64_t first_done_ = 0;
    Clock::time_point last_;
};

} // namespace farboot::rootfs
