#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace farboot::rootfs
{

/// What a kernel's command line has systemd start: systemd.unit=, systemd.wants=, systemd.mask=, and the words that
/// sysvinit knew (single, 3, …), as kernel-command-line(7) has them.
struct StartUnits {
    std::string target = "default.target";
    std::vector<std::string> wanted{}; ///< besides
    std::vector<std::string> masked{}; ///< started by nobody

    [[nodiscard]] static StartUnits of(std::string_view cmdline);
};

} // namespace farboot::rootfs
