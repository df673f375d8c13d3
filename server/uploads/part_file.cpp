#include "server/uploads/part_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace farboot::uploads
{

namespace
{

constexpr std::size_t block = 1 << 20;

std::unexpected<Error> failed(const char* what, const std::filesystem::path& path, int error)
{
    if (error == ENOSPC || error == EDQUOT)
        return fail("disk-full", "The disk for uploads is full. What has come so far is kept: go on when there is room "
                                 "again; whoever runs the server can make some.");
    return fail("io", "Cannot {} {}: {}.", what, path.string(), std::strerror(error));
}

} // namespace

Result<PartFile> PartFile::open(const std::filesystem::path& path, Missing missing)
{
    const int make = missing == Missing::make ? O_CREAT : 0;
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | make, 0600);
    if (descriptor < 0 && errno == ENOENT)
        return fail("not-found", "There is no {}.", path.string());
    if (descriptor < 0)
        return failed("open", path, errno);
    PartFile file(path, descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        return file;
    if (errno == EWOULDBLOCK)
        return fail("locked", "Another request is sending this upload at the moment: wait until it has ended, which "
                              "takes two minutes at most after its client has gone.");
    return failed("lock", path, errno);
}

PartFile::~PartFile()
{
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

Result<std::uint64_t> PartFile::size() const
{
    struct stat info{};
    if (::fstat(descriptor_, &info) != 0)
        return failed("look at", path_, errno);
    return static_cast<std::uint64_t>(info.st_size);
}

Result<void> PartFile::cut(std::uint64_t bytes)
{
    if (::ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0)
        return failed("shorten", path_, errno);
    return {};
}

Result<void> PartFile::write(std::uint64_t offset, Bytes data)
{
    while (!data.empty()) {
        const auto count = ::pwrite(descriptor_, data.data(), data.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return failed("write", path_, count < 0 ? errno : EIO);
        offset += static_cast<std::uint64_t>(count);
        data = data.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

Result<void> PartFile::sync()
{
    if (::fdatasync(descriptor_) != 0)
        return failed("write", path_, errno);
    return {};
}

Result<Digest> PartFile::digest(const std::stop_token& stop) const
{
    Sha256 sha;
    std::vector<std::byte> buffer(block);
    for (std::uint64_t offset = 0;;) {
        if (stop.stop_requested())
            return fail("cancelled", "The server stops.");
        const auto count = ::pread(descriptor_, buffer.data(), buffer.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return failed("read", path_, errno);
        if (count == 0)
            return sha.finish();
        sha.update(Bytes(buffer).first(static_cast<std::size_t>(count)));
        offset += static_cast<std::uint64_t>(count);
    }
}

} // namespace farboot::uploads
