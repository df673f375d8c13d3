#include "rootfs/nbd/disk_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace farboot::rootfs
{

namespace
{

std::unexpected<Error> failed(const std::filesystem::path& path, const char* what)
{
    return fail("io", "The local cache's file {} cannot be {}: {}.", path.string(), what, std::strerror(errno));
}

} // namespace

Result<DiskFile> DiskFile::open(const std::filesystem::path& path, std::uint64_t limit)
{
    DiskFile file(path, ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    struct stat status{};
    if (file.descriptor_ < 0 || ::fstat(file.descriptor_, &status) != 0)
        return failed(path, "opened");
    if (static_cast<std::uint64_t>(status.st_size) > limit &&
        ::ftruncate(file.descriptor_, static_cast<off_t>(limit)) != 0)
        return failed(path, "made shorter");
    return file;
}

Result<DiskFile> DiskFile::open_to_read(const std::filesystem::path& path)
{
    DiskFile file(path, ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file.descriptor_ < 0)
        return failed(path, "opened");
    return file;
}

DiskFile::DiskFile(DiskFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1))
{
}

DiskFile::~DiskFile()
{
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

Result<void> DiskFile::lock() const
{
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0)
        return {};
    return fail("cache-busy", "The local cache {} is used by another process.", path_.parent_path().string());
}

Result<std::uint64_t> DiskFile::size() const
{
    struct stat status{};
    if (::fstat(descriptor_, &status) != 0)
        return failed(path_, "read");
    return static_cast<std::uint64_t>(status.st_size);
}

Result<void> DiskFile::read(std::uint64_t offset, std::span<std::byte> into) const
{
    while (!into.empty()) {
        const auto count = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return failed(path_, "read");
        if (count == 0) {
            std::ranges::fill(into, std::byte{0});
            return {};
        }
        into = into.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return {};
}

Result<void> DiskFile::write(std::uint64_t offset, Bytes data) const
{
    while (!data.empty()) {
        const auto count = ::pwrite(descriptor_, data.data(), data.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return failed(path_, "written");
        data = data.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return {};
}

} // namespace farboot::rootfs
