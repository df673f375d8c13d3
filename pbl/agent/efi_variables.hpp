#pragma once

#include "pbl/agent/system.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The firmware's settings that decide what comes up next (UEFI 2.10, 3.3 and 8.5.4), as files of the kernel's
/// efivarfs: four bytes of attributes, then the value.
namespace farboot::agent
{

/// The firmware is to show its set-up at the next start. Reasons: firmware-bios (there is no UEFI), firmware-setup (it
/// cannot be told so).
[[nodiscard]] Result<void> ask_for_setup(System& system);
/// The next start is from the local disk: the first active entry of the firmware's boot order that is on a disk, and
/// not what this system was started by. Reasons: firmware-bios, disk-missing, firmware-setup.
[[nodiscard]] Result<void> ask_for_disk(System& system);

/// Is a load option ("Boot0001") active, and on a hard disk? Bytes as the firmware keeps them, without the attributes
/// of the variable; whatever makes no sense is on no disk.
[[nodiscard]] bool is_disk_option(std::string_view option);

} // namespace farboot::agent
