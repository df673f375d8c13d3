#pragma once

#include "rootfs/guess/file_picks.hpp"

namespace farboot::rootfs
{

/// What a graphical start reads besides its units: the X server, the sessions' programs, toolkits, fonts.
void pick_desktop(FilePicks& picks);
/// What vmchooser starts a virtual machine with; nothing where there is none.
void pick_machines(FilePicks& picks);
/// The programs of D-Bus services or desktop entries in a folder.
void pick_entries(FilePicks& picks, std::string_view folder);

} // namespace farboot::rootfs
