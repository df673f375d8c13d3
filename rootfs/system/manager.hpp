#pragma once

#include "rootfs/base/error.hpp"

#include <optional>
#include <string>

/// The system's manager, systemd.
namespace farboot::rootfs
{

enum class Ending {
    none, ///< the system goes on
    reboot,
    kexec,    ///< reboot into the kernel that was loaded, without firmware
    power_off ///< or halt
};

/// What the system is about to do.
[[nodiscard]] Ending coming_ending();

/// Begins it, as if a person had asked for it. Reason: program-failed.
[[nodiscard]] Result<void> begin_ending(Ending ending);

/// Starts farboot-kexec-reboot@<instance>.service: this program's own service may do less. Reason: program-failed.
[[nodiscard]] Result<void> begin_kexec_reboot(const std::string& instance);

/// How many sessions of people logind has; nothing where it does not run.
[[nodiscard]] std::optional<int> people_logged_in();

} // namespace farboot::rootfs
