#include "rootfs/system/next_start.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace farboot::rootfs
{

namespace
{

/// The same file for reading alone: the kernel takes none that somebody may still write.
Result<int> for_reading(OutputFile file)
{
    const int fd = ::open(fmt::format("/proc/self/fd/{}", file.fd()).c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail("kexec-failed", "A file of the next kernel cannot be opened for reading: {}.",
                    std::strerror(errno));
    return fd;
}

const char* why(int error)
{
    switch (error) {
    case EPERM:
        return "it is locked down, as with Secure Boot, or was told to load none (kernel.kexec_load_disabled)";
    case ENOSYS:
        return "it has no kexec";
    case EKEYREJECTED:
    case ENOKEY:
    case ENODATA:
        return "it knows no signature of the next kernel";
    default:
        return std::strerror(error);
    }
}

Result<void> load_files(int kernel, int initramfs, const std::string& cmdline)
{
    constexpr unsigned long flags = 0;
    if (::syscall(SYS_kexec_file_load, kernel, initramfs, cmdline.size() + 1, cmdline.c_str(), flags) != 0)
        return fail("kexec-failed", "The running kernel does not take the next one: {}.", why(errno));
    return {};
}

} // namespace

Result<void> load_kernel(OutputFile kernel, OutputFile initramfs, const std::string& cmdline)
{
    const auto kernel_fd = for_reading(std::move(kernel));
    const auto initramfs_fd = for_reading(std::move(initramfs));
    Result<void> done;
    if (!kernel_fd || !initramfs_fd)
        done = std::unexpected(kernel_fd ? initramfs_fd.error() : kernel_fd.error());
    else
        done = load_files(*kernel_fd, *initramfs_fd, cmdline);
    for (const auto& fd : {kernel_fd, initramfs_fd})
        if (fd)
            ::close(*fd);
    return done;
}

} // namespace farboot::rootfs
