#pragma once

#include "rootfs/guess/file_tree.hpp"

namespace farboot::rootfs
{

/// What a system will find: what many PCs have, or what vmchooser gives a virtual machine.
enum class Hardware { pc, virtual_machine };

/// What a system is likely to read when it starts, guessed from its files alone: systemd's units from the
/// default target on and their programs with all libraries, what systemd and udev read of their own, what logging in
/// needs, and, if there are a display manager and vmchooser, the X server, the sessions' programs and the fonts, and
/// what starts virtual machines. Parts of the image, what is wanted first first; a large file's beginning only. Of
/// a system without systemd only its /sbin/init and its settings. Empty if there is neither in it.
[[nodiscard]] std::vector<FileRange> guess_start(const FileTree& tree, Hardware hardware);

} // namespace farboot::rootfs
