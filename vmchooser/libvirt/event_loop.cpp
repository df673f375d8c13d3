#include "vmchooser/libvirt/event_loop.hpp"

#include <libvirt/libvirt.h>

#include <thread>

namespace farboot::vmchooser
{

void run_libvirt_events()
{
    [[maybe_unused]] static const bool once = [] {
        virEventRegisterDefaultImpl();
        std::thread([] {
            while (virEventRunDefaultImpl() == 0) {
            }
        }).detach();
        return true;
    }();
}

} // namespace farboot::vmchooser
