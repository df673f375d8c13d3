#pragma once

namespace farboot::rootfs
{

/// What a disk is started by.
enum class Firmware { unknown, bios, uefi };

} // namespace farboot::rootfs
