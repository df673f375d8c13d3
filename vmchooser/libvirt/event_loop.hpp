#pragma once

namespace farboot::vmchooser
{

/// libvirt delivers events only while somebody runs its loop: this starts one thread for the process, once. It must be
/// called before the first connection is opened; the thread lives as long as the process, as libvirt's loop cannot be
/// taken down.
void run_libvirt_events();

} // namespace farboot::vmchooser
