#pragma once

#include "rootfs/base/digest.hpp"
#include "rootfs/base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace farboot::rootfs
{

/// A file or block device that is open for reading. Reasons: not-found, io, truncated.
class File
{
public:
    [[nodiscard]] static Result<File> open(const std::filesystem::path& path);
    File(File&& other) noexcept : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
    File& operator=(File&& other) noexcept;
    ~File();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Bytes; of a block device its capacity.
    [[nodiscard]] Result<std::uint64_t> size() const;
    /// Fills all of `into`. A file that ends before is "truncated". Safe from many threads.
    [[nodiscard]] Result<void> read(std::uint64_t offset, std::span<std::byte> into) const;
    [[nodiscard]] Result<std::string> read(std::uint64_t offset, std::uint64_t length) const;

private:
    File(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

    std::filesystem::path path_;
    int descriptor_ = -1;
};

/// The whole of a small file. Reasons: not-found, io, too-long (over `max_bytes`).
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t max_bytes);

/// A file that appears under its name only when it is whole and on the disk: written beside, synced, renamed. Without
/// commit() nothing remains. Reasons: io, disk-full.
class AtomicFile
{
public:
    /// `folder` must exist and be on the file system of the name that commit() will get.
    [[nodiscard]] static Result<AtomicFile> create(const std::filesystem::path& folder);
    AtomicFile(AtomicFile&& other) noexcept
        : path_(std::exchange(other.path_, {})), descriptor_(std::exchange(other.descriptor_, -1))
    {
    }
    AtomicFile& operator=(AtomicFile&&) = delete;
    ~AtomicFile();

    /// Can a file of this name, in the folder of create(), be what a killed program left?
    [[nodiscard]] static bool is_left(std::string_view name);
    /// Its temporary name, for a program that is to fill it.
    [[nodiscard]] const std::string& path() const { return path_; }
    /// Writes behind what was written before.
    [[nodiscard]] Result<void> write(Bytes data);
    /// Writes at a place of the file.
    [[nodiscard]] Result<void> write(std::uint64_t offset, Bytes data);
    /// Makes the file longer (a hole) or shorter.
    [[nodiscard]] Result<void> resize(std::uint64_t bytes);
    /// Gives the file its name, with mode 0644, replacing what had it before. Makes the folder where it is missing.
    [[nodiscard]] Result<void> commit(const std::filesystem::path& target);

private:
    AtomicFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

    std::string path_;
    int descriptor_ = -1;
};

/// Writes a small file as AtomicFile does, its temporary name in `temporary` or, without one, beside the target.
[[nodiscard]] Result<void> write_file(const std::filesystem::path& target, Bytes data,
                                      const std::filesystem::path& temporary = {});

/// The folder and those above it that are not there yet, on the disk. Everybody may read them whatever the umask is, as
/// the files that AtomicFile writes: a web server is another user. Reasons: io, disk-full.
[[nodiscard]] Result<void> create_folders(const std::filesystem::path& folder);

/// What was created, renamed or removed in a folder is on the disk. Reason: io.
[[nodiscard]] Result<void> sync_folder(const std::filesystem::path& folder);

} // namespace farboot::rootfs
