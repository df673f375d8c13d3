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
/// The next start is from the local disk: by the first active entry of the firmware's boot order that an installed
/// system made for its partition, else by the first that the firmware made for a whole disk; never by the one that this
/// system was started by. Reasons: firmware-bios, disk-missing, firmware-setup.
[[nodiscard]] Result<void> ask_for_disk(System& system);

enum class OnDisk : std::uint8_t {
    no,
    whole,    ///< a disk (or CD) as such: the firmware looks for a loader there
    partition ///< a loader on one of its partitions
};

/// Where an active load option ("Boot0001") leads to. Bytes as the firmware keeps them, without the attributes of the
/// variable; whatever makes no sense is on no disk.
[[nodiscard]] OnDisk on_disk(std::string_view option);

} // namespace farboot::agent
