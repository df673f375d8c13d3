#include "server/base/files.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace farboot::server
{

namespace
{

std::unexpected<Error> io_error(std::string_view what, const std::filesystem::path& file)
{
    return fail("io", "Cannot {} {}: {}.", what, file.string(), std::strerror(errno));
}

bool write_all(int fd, std::string_view content)
{
    while (!content.empty()) {
        const auto n = ::write(fd, content.data(), content.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        content.remove_prefix(static_cast<std::size_t>(n));
    }
    return ::fsync(fd) == 0;
}

} // namespace

Result<std::string> read_file(const std::filesystem::path& file, std::uint64_t max_bytes)
{
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return fail("not-found", "There is no file {}.", file.string());
    if (fd < 0)
        return io_error("open", file);
    std::string content;
    char block[65536];
    ssize_t n = 0;
    while ((n = ::read(fd, block, sizeof block)) > 0 || (n < 0 && errno == EINTR)) {
        if (n > 0)
            content.append(block, static_cast<std::size_t>(n));
        if (content.size() > max_bytes) {
            ::close(fd);
            return fail("too-long", "{} is longer than {} bytes.", file.string(), max_bytes);
        }
    }
    if (n < 0) {
        auto error = io_error("read", file);
        ::close(fd);
        return error;
    }
    ::close(fd);
    return content;
}

Result<void> write_file(const std::filesystem::path& file, std::string_view content, unsigned mode)
{
    const std::string temporary = file.string() + ".new";
    ::unlink(temporary.c_str()); // left by a crash; never followed, never reused
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return io_error("create", temporary);
    if (!write_all(fd, content) || ::fchmod(fd, mode) != 0) {
        auto error = io_error("write", temporary);
        ::close(fd);
        ::unlink(temporary.c_str());
        return error;
    }
    ::close(fd);
    if (::rename(temporary.c_str(), file.c_str()) != 0) {
        auto error = io_error("replace", file);
        ::unlink(temporary.c_str());
        return error;
    }
    if (const int folder = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0) {
        ::fsync(folder); // makes the new name last through a power cut
        ::close(folder);
    }
    return {};
}

} // namespace farboot::server
