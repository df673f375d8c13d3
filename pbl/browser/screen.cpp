#include "pbl/browser/screen.hpp"

#include <linux/kd.h>
#include <linux/vt.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace farboot::browser
{

namespace
{

constexpr unsigned virtual_terminals = 4; // Documentation/admin-guide/devices.txt: major 4, minor 1 to 63
constexpr unsigned last_terminal = 63;

/// The number of the virtual terminal on standard input, or 0.
unsigned own_terminal()
{
    struct stat status{};
    if (::fstat(STDIN_FILENO, &status) != 0 || !S_ISCHR(status.st_mode) || ::major(status.st_rdev) != virtual_terminals)
        return 0;
    const auto number = ::minor(status.st_rdev);
    return number <= last_terminal ? number : 0;
}

} // namespace

void take_screen()
{
    const auto terminal = own_terminal();
    if (terminal == 0)
        return;
    // In this order: out of a terminal in graphics mode the kernel does not switch.
    const auto done =
        ::ioctl(STDIN_FILENO, VT_ACTIVATE, terminal) == 0 && ::ioctl(STDIN_FILENO, VT_WAITACTIVE, terminal) == 0 &&
        ::ioctl(STDIN_FILENO, KDSKBMODE, K_OFF) == 0 && ::ioctl(STDIN_FILENO, KDSETMODE, KD_GRAPHICS) == 0;
    if (!done)
        std::fprintf(stderr, "farboot-browser: the screen cannot be taken from the text console: %s\n",
                     std::strerror(errno));
}

} // namespace farboot::browser
