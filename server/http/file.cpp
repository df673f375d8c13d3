#include "server/http/file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace farboot::server::http
{

Result<std::shared_ptr<const File>> File::open(const std::filesystem::path& file)
{
    // O_NONBLOCK: opening a FIFO must not hang the thread
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG || errno == ENXIO))
        return fail("not-found", "There is nothing here.");
    if (fd < 0)
        return fail("io", "Cannot open {}: {}.", file.string(), std::strerror(errno));
    struct stat info{};
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        ::close(fd);
        return fail("not-found", "There is nothing here.");
    }
    auto etag =
        fmt::format("\"{:x}-{:x}-{:x}.{:x}\"", info.st_ino, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
    return std::shared_ptr<const File>(new File(fd, static_cast<std::uint64_t>(info.st_size), std::move(etag)));
}

File::~File()
{
    ::close(fd_);
}

std::size_t File::read(std::uint64_t offset, std::span<char> into) const
{
    while (true) {
        const auto n = ::pread(fd_, into.data(), into.size(), static_cast<off_t>(offset));
        if (n >= 0)
            return static_cast<std::size_t>(n);
        if (errno != EINTR)
            return 0;
    }
}

} // namespace farboot::server::http
