#include "vmchooser/scratch/scratch.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace farboot::vmchooser
{
namespace
{

namespace fs = std::filesystem;

constexpr std::uint64_t sector_bytes = 512;

/// A base in a folder like /var/tmp could have been put there by somebody else.
Result<void> own_folder(const fs::path& base)
{
    std::error_code error;
    if (base.has_parent_path())
        fs::create_directories(base.parent_path(), error);
    if (::mkdir(base.c_str(), 0700) < 0 && errno != EEXIST)
        return fail("scratch", "There is no scratch space for virtual machines: {} could not be created ({}).",
                    base.native(), std::strerror(errno));
    struct stat status{};
    if (::lstat(base.c_str(), &status) < 0 || !S_ISDIR(status.st_mode) || status.st_uid != ::geteuid() ||
        (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return fail("scratch",
                    "{} is not a folder of this user alone, so virtual machines may not use it as scratch space.",
                    base.native());
    return {};
}

/// A file descriptor that holds the folder's lock, or -1 if somebody else does or there is no such folder.
int take_lock(const fs::path& folder)
{
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && ::flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    if (fd >= 0)
        ::close(fd);
    return -1;
}

/// A machine that ended together with libvirt leaves its disk.qcow2.TRANSIENT-… behind, which would stop its next start
/// and fill the disk.
void sweep(const fs::path& base)
{
    std::error_code error;
    for (const auto& item : fs::directory_iterator(base, error)) {
        if (const int lock = take_lock(item.path()); lock >= 0) {
            std::error_code ignored; // what stays is tried again next time
            fs::remove_all(item.path(), ignored);
            ::close(lock);
        }
    }
}

} // namespace

Result<Scratch> Scratch::create(const fs::path& base, const std::string& name)
{
    if (auto owned = own_folder(base); !owned)
        return std::unexpected(owned.error());
    sweep(base);
    const auto folder = base / name;
    if (::mkdir(folder.c_str(), 0700) < 0) {
        if (errno == EEXIST)
            return fail("machine-exists", "This machine is running already, in another session of yours.");
        return fail("scratch", "The scratch folder {} could not be created: {}.", folder.native(),
                    std::strerror(errno));
    }
    const int lock = take_lock(folder);
    if (lock < 0)
        return fail("machine-exists", "This machine is being started in another session of yours.");
    return Scratch(folder, lock);
}

Scratch::Scratch(Scratch&& other) noexcept : folder_(std::move(other.folder_)), lock_(std::exchange(other.lock_, -1)) {}

Scratch::~Scratch()
{
    if (lock_ < 0)
        return;
    std::error_code ignored; // the next start sweeps
    fs::remove_all(folder_, ignored);
    ::close(lock_);
}

Result<void> Scratch::make_overlay(std::uint64_t image_bytes, Processes& processes, std::stop_token stop) const
{
    const auto bytes = (image_bytes + sector_bytes - 1) / sector_bytes * sector_bytes;
    const auto end = processes.run(
        {"qemu-img", "create", "-q", "-f", "qcow2", overlay().native(), std::to_string(bytes)}, std::move(stop));
    if (!end)
        return std::unexpected(end.error());
    if (end->exit_code != 0)
        return fail("scratch", "The overlay for the machine's disk could not be created in {}: {}", folder_.native(),
                    end->message);
    return {};
}

fs::path default_scratch_base()
{
    return fmt::format("/var/tmp/farboot-{}", ::geteuid());
}

} // namespace farboot::vmchooser
