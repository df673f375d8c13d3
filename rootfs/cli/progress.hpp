#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace farboot::rootfs
{

/// Progress of long work on stderr: one line that changes on a terminal, otherwise a line every few seconds.
class Progress
{
public:
    /// `what` starts the line: "Publishing root.squashfs".
    explicit Progress(std::string what);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Bytes done of all, and what else is to be said ("40 % deduplicated").
    void update(std::uint64_t done, std::uint64_t total, std::string_view more = {});

private:
    using Clock = std::chrono::steady_clock;

    std::string what_;
    bool terminal_;
    bool line_open_ = false;
    Clock::time_point start_ = Clock::now();
    Clock::time_point last_ = start_;
};

} // namespace farboot::rootfs
