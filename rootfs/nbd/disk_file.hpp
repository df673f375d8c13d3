#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/image/format.hpp"

#include <filesystem>
#include <span>

namespace farboot::rootfs
{

/// A file of the local cache, read and written at places. Reason of all errors: io.
class DiskFile
{
public:
    /// Makes it where there is none; makes it no longer than `limit` bytes.
    [[nodiscard]] static Result<DiskFile> open(const std::filesystem::path& path, std::uint64_t limit);
    /// One that another process writes.
    [[nodiscard]] static Result<DiskFile> open_to_read(const std::filesystem::path& path);
    DiskFile(DiskFile&& other) noexcept;
    DiskFile& operator=(DiskFile&&) = delete;
    ~DiskFile();

    /// Keeps other processes from opening it. Reason: cache-busy.
    [[nodiscard]] Result<void> lock() const;
    [[nodiscard]] Result<std::uint64_t> size() const; ///< bytes
    /// Fills all of `into`; what lies beyond the file's end reads as zeros.
    [[nodiscard]] Result<void> read(std::uint64_t offset, std::span<std::byte> into) const;
    [[nodiscard]] Result<void> write(std::uint64_t offset, Bytes data) const;

private:
    DiskFile(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

    std::filesystem::path path_;
    int descriptor_ = -1;
};

} // namespace farboot::rootfs
