#include "rootfs/kexec/output_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace farboot::rootfs
{

Result<OutputFile> OutputFile::create(const std::filesystem::path& file)
{
    std::error_code ignored; // open() tells
    std::filesystem::create_directories(file.parent_path(), ignored);
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail("io", "{} cannot be written: {}.", file.string(), std::strerror(errno));
    return OutputFile(fd);
}

Result<OutputFile> OutputFile::in_memory(const char* name)
{
    const int fd = ::memfd_create(name, MFD_CLOEXEC);
    if (fd < 0)
        return fail("io", "There can be no file in memory: {}.", std::strerror(errno));
    return OutputFile(fd);
}

OutputFile::~OutputFile()
{
    if (fd_ >= 0)
        ::close(fd_);
}

OutputFile::OutputFile(OutputFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Result<void> OutputFile::append(std::string_view data)
{
    while (!data.empty()) {
        const auto written = ::write(fd_, data.data(), data.size());
        if (written < 0 && errno != EINTR)
            return fail("memory-short", "Writing the initramfs failed: {}.", std::strerror(errno));
        if (written > 0)
            data.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> OutputFile::align()
{
    const auto end = ::lseek(fd_, 0, SEEK_END);
    return append(std::string_view("\0\0\0", static_cast<std::size_t>((4 - end % 4) % 4)));
}

} // namespace farboot::rootfs
