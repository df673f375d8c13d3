#include "pbl/textmenu/terminal.hpp"

#include <fcntl.h>
#include <linux/kd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace farboot::textmenu
{

Result<Terminal> Terminal::open(const std::filesystem::path& tty)
{
    const int fd = ::open(tty.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return fail("terminal", "{} cannot be opened: {}.", tty.string(), std::strerror(errno));
    termios before{};
    if (::tcgetattr(fd, &before) != 0) {
        ::close(fd);
        return fail("terminal", "{} is not a terminal: {}.", tty.string(), std::strerror(errno));
    }
    termios raw = before;
    ::cfmakeraw(&raw);
    raw.c_oflag = before.c_oflag | OPOST | ONLCR; // others write plain lines to it
    ::tcsetattr(fd, TCSAFLUSH, &raw);
    return Terminal(fd, before);
}

Terminal::~Terminal()
{
    if (fd_ < 0)
        return;
    ::tcsetattr(fd_, TCSANOW, &before_);
    ::close(fd_);
}

Terminal::Terminal(Terminal&& other) noexcept : fd_(std::exchange(other.fd_, -1)), before_(other.before_) {}

Size Terminal::size() const
{
    Size size;
    winsize window{};
    if (::ioctl(fd_, TIOCGWINSZ, &window) == 0 && window.ws_col >= 40 && window.ws_row >= 18)
        size = {window.ws_col, window.ws_row};
    return size;
}

Charset Terminal::charset() const
{
    int keyboard = 0;
    if (::ioctl(fd_, KDGKBTYPE, &keyboard) != 0)
        return Charset::utf8; // not a virtual terminal
    std::vector<unipair> pairs(4096);
    unimapdesc map{static_cast<unsigned short>(pairs.size()), pairs.data()};
    if (::ioctl(fd_, GIO_UNIMAP, &map) != 0)
        return Charset::ascii;
    pairs.resize(map.entry_ct);
    constexpr std::array<unsigned short, 7> german{0xC4, 0xD6, 0xDC, 0xDF, 0xE4, 0xF6, 0xFC};
    return std::ranges::all_of(
               german, [&](auto letter) { return std::ranges::find(pairs, letter, &unipair::unicode) != pairs.end(); })
               ? Charset::utf8
               : Charset::ascii;
}

void Terminal::write(std::string_view bytes) const
{
    while (!bytes.empty()) {
        const auto written = ::write(fd_, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR)
            return;
        if (written > 0)
            bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

} // namespace farboot::textmenu
