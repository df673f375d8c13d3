#pragma once

#include "rootfs/guess/start_ranges.hpp"
#include "rootfs/guess/start_units.hpp"

namespace farboot::rootfs
{

/// What a system will find: what many PCs have, or what vmchooser gives a virtual machine.
enum class Hardware { pc, virtual_machine };

struct Start {
    Hardware hardware = Hardware::pc;
    StartUnits units{};
};

/// Adds what a system is likely to read when it starts, guessed from its files alone: systemd's units from its
/// target on and their programs with all libraries, what systemd and udev read of their own, what logging in
/// needs, and, if the target wants a display manager, the X server, the sessions' programs and the fonts, and, with
/// vmchooser, what starts virtual machines. What is wanted first comes first, after the tables; of a large file the
/// beginning. Of a system without systemd only the modules' indexes, its /sbin/init and its settings. False, and
/// nothing, if there is neither in it.
[[nodiscard]] bool guess_start(const FileTree& tree, const Start& start, StartRanges& ranges);

} // namespace farboot::rootfs
