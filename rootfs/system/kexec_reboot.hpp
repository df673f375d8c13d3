#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/system/manager.hpp"

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

namespace farboot::rootfs
{

/// The system ends soon after it tells something last: a server that is away must not hold it up.
constexpr auto longest_farewell = std::chrono::milliseconds(3000);

/// A reboot without the firmware (docs/pcs.md); where that cannot be, as usual.
struct KexecReboot {
    /// Loads the next start, until a stop is requested.
    std::function<Result<void>(const std::stop_token& stop)> load;
    std::function<Result<void>(Ending ending)> begin;
    /// Tells what has become of it: "done", or a sentence.
    std::function<void(const std::string& outcome, const std::stop_token& stop)> tell;
    /// Less than TimeoutStartSec= of farboot-kexec-reboot@.service: there must be time for the usual reboot.
    std::chrono::milliseconds longest_load = std::chrono::minutes(8);
    std::chrono::milliseconds longest_tell = longest_farewell;

    /// Reasons: cancelled (`stop` while it loads: nothing is begun), program-failed (this PC does not reboot).
    [[nodiscard]] Result<void> run(const std::stop_token& stop) const;
};

} // namespace farboot::rootfs
