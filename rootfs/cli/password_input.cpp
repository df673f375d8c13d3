#include "rootfs/cli/password_input.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <termios.h>
#include <unistd.h>

namespace farboot::rootfs
{

namespace
{

/// Standard input's terminal, without echo for as long as this lives.
class WithoutEcho
{
public:
    WithoutEcho()
    {
        good_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
        auto silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        good_ = good_ && ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
    }
    ~WithoutEcho()
    {
        if (good_)
            ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    WithoutEcho(const WithoutEcho&) = delete;
    WithoutEcho& operator=(const WithoutEcho&) = delete;
    [[nodiscard]] bool good() const { return good_; }

private:
    termios before_{};
    bool good_ = false;
};

Result<std::string> read_line()
{
    std::string line;
    if (!std::getline(std::cin, line))
        return fail("io", "No password was given: standard input has ended.");
    return line;
}

Result<std::string> ask(std::string_view prompt)
{
    const WithoutEcho silent; // before the prompt: nobody types earlier
    if (!silent.good())
        return fail("io", "The terminal's echo cannot be switched off: give the password on standard input.");
    fmt::print(stderr, "{}", prompt);
    auto line = read_line();
    fmt::print(stderr, "\n");
    return line;
}

} // namespace

Result<std::string> read_password(std::string_view prompt)
{
    if (::isatty(STDIN_FILENO) != 1)
        return read_line();
    auto first = ask(prompt);
    if (!first)
        return first;
    const auto second = ask("Once more: ");
    if (!second)
        return second;
    if (*first != *second)
        return fail("passwords-differ", "The two passwords differ: nothing was changed.");
    return first;
}

} // namespace farboot::rootfs
