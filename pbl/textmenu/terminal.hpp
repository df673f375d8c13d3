#pragma once

#include "pbl/textmenu/screen.hpp"

#include <termios.h>

#include <filesystem>
#include <string_view>

namespace farboot::textmenu
{

/// A terminal whose keys come one by one and unechoed; as it was when the object is gone.
class Terminal
{
public:
    /// Reason: terminal.
    [[nodiscard]] static Result<Terminal> open(const std::filesystem::path& tty);
    ~Terminal();
    Terminal(Terminal&& other) noexcept;
    Terminal& operator=(Terminal&&) = delete;

    [[nodiscard]] int fd() const { return fd_; }
    /// 80x24 for a serial line that does not say.
    [[nodiscard]] Size size() const;
    /// What can be shown: a virtual terminal is asked for its font, any other one is believed to take UTF-8.
    [[nodiscard]] Charset charset() const;
    void write(std::string_view bytes) const;

private:
    Terminal(int fd, const termios& before) : fd_(fd), before_(before) {}
    int fd_;
    termios before_;
};

} // namespace farboot::textmenu
