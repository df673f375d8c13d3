#pragma once

#include "rootfs/guess/start_ranges.hpp"

namespace farboot::rootfs
{

/// What a system will find: what many PCs have, or what vmchooser gives a virtual machine.
enum class Hardware { pc, virtual_machine };

/// Adds what a system is likely to read when it starts, guessed from its files alone: systemd's units from the
/// default target on and their programs with all libraries, what systemd and udev read of their own, what logging in
/// needs, and, if there are a display manager and vmchooser, the X server, the sessions' programs and the fonts, and
/// what starts virtual machines. What is wanted first comes first, after the tables; of a large file the beginning. Of
/// a system without systemd only the modules' indexes, its /sbin/init and its settings. False, and nothing, if there is
/// neither in it.
[[nodiscard]] bool guess_start(const FileTree& tree, Hardware hardware, StartRanges& ranges);

} // namespace farboot::rootfs
