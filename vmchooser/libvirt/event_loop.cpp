#include "vmchooser/libvirt/event_loop.hpp"

#include <libvirt/libvirt.h>

#include <cstdlib>
#include <thread>

namespace farboot::vmchooser
{

void keep_qt_off_glib()
{
    ::setenv("QT_NO_GLIB", "1", 1);
}

void run_libvirt_events()
{
    [[maybe_unused]] static const bool once = [] {
        virEventRegisterDefaultImpl();
        std::thread([] {
            while (true)
                virEventRunDefaultImpl();
        }).detach();
        return true;
    }();
}

} // namespace farboot::vmchooser
