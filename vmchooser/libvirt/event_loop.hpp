#pragma once

namespace farboot::vmchooser
{

/// libvirt's event loop and Qt's would both run GLib's one default context, which belongs to a single thread at a time:
/// libvirt's then starves, and its daemon hangs up on us. So Qt is told to do without GLib. Call it before the
/// application object is made. Sets QT_NO_GLIB in the environment, which must not be handed on to a desktop.
void keep_qt_off_glib();

/// libvirt delivers events only while somebody runs its loop: this starts one thread for the process, once. It must be
/// called before the first connection is opened; the thread lives as long as the process, as libvirt's loop cannot be
/// taken down.
void run_libvirt_events();

} // namespace farboot::vmchooser
