#include "rootfs/image/file.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace farboot::rootfs
{

namespace
{

constexpr std::string_view temporary_prefix = ".part-";

std::unexpected<Error> failed(const char* what, const std::filesystem::path& path, int error)
{
    const auto* reason = error == ENOSPC || error == EDQUOT ? "disk-full" : "io";
    return fail(reason, "Cannot {} {}: {}.", what, path.string(), std::strerror(error));
}

} // namespace

Result<void> sync_folder(const std::filesystem::path& folder)
{
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool done = descriptor >= 0 && ::fsync(descriptor) == 0;
    const int error = errno;
    if (descriptor >= 0)
        ::close(descriptor);
    if (!done)
        return failed("write the folder", folder, error);
    return {};
}

Result<void> create_folders(const std::filesystem::path& folder)
{
    std::error_code error;
    if (std::filesystem::is_directory(folder, error))
        return {};
    if (folder.has_parent_path())
        if (auto done = create_folders(folder.parent_path()); !done)
            return done;
    if (::mkdir(folder.c_str(), 0755) != 0) {
        const int reason = errno;
        if (std::filesystem::is_directory(folder, error)) // somebody else was faster
            return {};
        return failed("create the folder", folder, reason);
    }
    if (::chmod(folder.c_str(), 0755) != 0)
        return failed("create the folder", folder, errno);
    return sync_folder(folder / "..");
}

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& folder)
{
    auto path = (folder / fmt::format("{}XXXXXX", temporary_prefix)).string();
    const int descriptor = ::mkostemp(path.data(), O_CLOEXEC);
    if (descriptor < 0)
        return failed("create a file in", folder, errno);
    return AtomicFile(std::move(path), descriptor);
}

bool AtomicFile::is_left(std::string_view name)
{
    return name.starts_with(temporary_prefix);
}

AtomicFile::~AtomicFile()
{
    if (descriptor_ < 0)
        return;
    ::close(descriptor_);
    ::unlink(path_.c_str());
}

Result<void> AtomicFile::write(Bytes data)
{
    while (!data.empty()) {
        const auto count = ::write(descriptor_, data.data(), data.size());
        if (count < 0 && errno != EINTR)
            return failed("write", path_, errno);
        if (count > 0)
            data = data.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

Result<void> AtomicFile::write(std::uint64_t offset, Bytes data)
{
    if (::lseek(descriptor_, static_cast<off_t>(offset), SEEK_SET) < 0)
        return failed("write", path_, errno);
    return write(data);
}

Result<void> AtomicFile::resize(std::uint64_t bytes)
{
    if (::ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0)
        return failed("resize", path_, errno);
    return {};
}

Result<void> AtomicFile::commit(const std::filesystem::path& target)
{
    const auto folder = target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
    if (auto done = create_folders(folder); !done)
        return done;
    if (::fchmod(descriptor_, 0644) != 0 || ::fsync(descriptor_) != 0)
        return failed("write", target, errno);
    if (::rename(path_.c_str(), target.c_str()) != 0)
        return failed("write", target, errno);
    ::close(std::exchange(descriptor_, -1));
    return sync_folder(folder);
}

Result<void> write_file(const std::filesystem::path& target, Bytes data, const std::filesystem::path& temporary)
{
    const auto beside = target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
    auto file = AtomicFile::create(temporary.empty() ? beside : temporary);
    if (!file)
        return std::unexpected(file.error());
    if (auto done = file->write(data); !done)
        return done;
    return file->commit(target);
}

} // namespace farboot::rootfs
