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
int for_reading(OutputFile file)
{
    return ::open(fmt::format("/proc/self/fd/{}", file.fd()).c_str(), O_RDONLY | O_CLOEXEC);
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

} // namespace

Result<void> load_kernel(OutputFile kernel, OutputFile initramfs, const std::string& cmdline)
{
    const int kernel_fd = for_reading(std::move(kernel));
    const int initramfs_fd = for_reading(std::move(initramfs));
    constexpr unsigned long flags = 0;
    const auto done =
        ::syscall(SYS_kexec_file_load, kernel_fd, initramfs_fd, cmdline.size() + 1, cmdline.c_str(), flags);
    const int error = errno;
    ::close(kernel_fd);
    ::close(initramfs_fd);
    if (done != 0)
        return fail("kexec-failed", "The running kernel does not take the next one: {}.", why(error));
    return {};
}

} // namespace farboot::rootfs
