#include "rootfs/image/file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace farboot::rootfs
{

namespace
{

std::unexpected<Error> failed(const char* what, const std::filesystem::path& path, int error)
{
    return fail(error == ENOENT ? "not-found" : "io", "Cannot {} {}: {}.", what, path.string(), std::strerror(error));
}

} // namespace

Result<File> File::open(const std::filesystem::path& path)
{
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return failed("open", path, errno);
    return File(path, descriptor);
}

File& File::operator=(File&& other) noexcept
{
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

File::~File()
{
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

Result<std::uint64_t> File::size() const
{
    const auto end = ::lseek(descriptor_, 0, SEEK_END); // st_size is 0 for a block device
    if (end < 0)
        return failed("find the size of", path_, errno);
    return static_cast<std::uint64_t>(end);
}

Result<void> File::read(std::uint64_t offset, std::span<std::byte> into) const
{
    while (!into.empty()) {
        const auto got = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failed("read", path_, errno);
        if (got == 0)
            return fail("truncated", "{} ends at byte {}, {} bytes too early.", path_.string(), offset, into.size());
        offset += static_cast<std::uint64_t>(got);
        into = into.subspan(static_cast<std::size_t>(got));
    }
    return {};
}

Result<std::string> File::read(std::uint64_t offset, std::uint64_t length) const
{
    // A length may come from a foreign file: only bytes that are there get memory.
    const auto end = size();
    if (!end)
        return std::unexpected(end.error());
    if (offset > *end || length > *end - offset)
        return fail("truncated", "{} has {} bytes: there are no {} bytes at {}.", path_.string(), *end, length, offset);
    std::string data(length, '\0');
    if (auto done = read(offset, std::as_writable_bytes(std::span(data))); !done)
        return std::unexpected(std::move(done.error()));
    return data;
}

Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t max_bytes)
{
    const auto file = File::open(path);
    if (!file)
        return std::unexpected(file.error());
    const auto size = file->size();
    if (!size)
        return std::unexpected(size.error());
    if (*size > max_bytes)
        return fail("too-long", "{} has {} bytes; at most {} are allowed.", path.string(), *size, max_bytes);
    return file->read(0, *size);
}

} // namespace farboot::rootfs
