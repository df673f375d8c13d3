#include "rootfs/nbd/notice.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

namespace farboot::rootfs
{

namespace
{

/// In one write, so that nothing comes between; whether it arrives must not matter to a reader.
void write_line(int descriptor, std::string_view line)
{
    [[maybe_unused]] const auto ignored = ::write(descriptor, line.data(), line.size());
}

} // namespace

Notice::Notice(const std::filesystem::path& console) : is_kernel_log_(console == "/dev/kmsg")
{
    if (!console.empty())
        console_ = ::open(console.c_str(), O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

Notice::~Notice()
{
    if (console_ >= 0)
        ::close(console_);
}

void Notice::print(std::string_view sentence) const
{
    const auto line = fmt::format("farboot: {}\n", sentence);
    if (console_ < 0)
        write_line(STDERR_FILENO, line);
    else // of the kernel's levels, 3 is the lowest that "quiet" still shows
        write_line(console_, is_kernel_log_ ? "<3>" + line : line);
}

} // namespace farboot::rootfs
