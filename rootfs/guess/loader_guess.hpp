#pragma once

#include "rootfs/guess/firmware.hpp"
#include "rootfs/guess/start_ranges.hpp"

namespace farboot::rootfs
{

/// Adds what a boot loader reads of a file system: its configuration (of GRUB, extlinux, syslinux, and as the Boot
/// Loader Specification has it), GRUB's modules, and the kernel and the initramfs that come first there; the file
/// system's tables before them. False, and nothing, where there is no configuration.
[[nodiscard]] bool guess_loader(const FileTree& tree, Firmware firmware, StartRanges& ranges);

} // namespace farboot::rootfs
