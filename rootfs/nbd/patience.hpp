#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>

namespace farboot::rootfs
{

class Progress;

/// How long somebody is willing to wait for bytes. Without a deadline: for ever, which is what a root device needs.
struct Patience {
    std::stop_token stop;
    std::optional<std::chrono::steady_clock::time_point> deadline;
    /// Asked about once a second while waiting: is there still anybody who wants the bytes? May be empty.
    std::function<bool()> still_wanted;
    /// Of the attempt that this patience is for: is told of what comes, so that others see whether it is late.
    Progress* progress = nullptr;
    /// It asks whether a source is back, which one connection tells as well as several.
    bool probes = false;

    [[nodiscard]] bool lasts() const
    {
        if (stop.stop_requested() || (deadline && std::chrono::steady_clock::now() >= *deadline))
            return false;
        return !still_wanted || still_wanted();
    }
};

} // namespace farboot::rootfs
