#include "pbl/browser/screen.hpp"

#include <linux/vt.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

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
    if (::ioctl(STDIN_FILENO, VT_ACTIVATE, terminal) != 0 || ::ioctl(STDIN_FILENO, VT_WAITACTIVE, terminal) != 0)
        std::fprintf(stderr, "farboot-browser: terminal %u cannot be brought to the front: %s\n", terminal,
                     std::strerror(errno));

    std::error_code error;
    for (const auto& console : std::filesystem::directory_iterator("/sys/class/vtconsole", error)) {
        std::string name;
        std::getline(std::ifstream(console.path() / "name") >> std::ws, name);
        if (name.find("frame buffer") == std::string::npos)
            continue;
        std::ofstream bind(console.path() / "bind");
        if (!(bind << "0" << std::flush))
            std::fprintf(stderr, "farboot-browser: the text console keeps painting on the screen: %s\n",
                         std::strerror(errno));
    }
}

} // namespace farboot::browser
