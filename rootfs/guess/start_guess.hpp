#pragma once

#include "rootfs/guess/squashfs_tree.hpp"

namespace farboot::rootfs
{

/// What a system in a squashfs is likely to read when it starts, guessed from its files alone: systemd's units from the
/// default target on and their programs with all libraries, what systemd and udev read of their own, what logging in
/// needs, and, if there are a display manager and vmchooser, the X server, the sessions' programs and the fonts, and
/// what starts virtual machines. Parts of the image, what is wanted first first; a large file's beginning only. Empty
/// if there is no systemd in it.
[[nodiscard]] std::vector<FileRange> guess_start(const SquashfsTree& tree);

} // namespace farboot::rootfs
