#pragma once

#include "rootfs/base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace farboot::server::http
{

/// A regular file, open for reading.
class File
{
public:
    /// Reasons: not-found (also for folders and special files), io.
    [[nodiscard]] static Result<std::shared_ptr<const File>> open(const std::filesystem::path& file);
    ~File();
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    [[nodiscard]] int descriptor() const { return fd_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// Changes when the file is replaced or written; with quotes.
    [[nodiscard]] const std::string& etag() const { return etag_; }
    /// Bytes read at `offset`; 0 at the end and on an error.
    [[nodiscard]] std::size_t read(std::uint64_t offset, std::span<char> into) const;

private:
    File(int fd, std::uint64_t size, std::string etag) : fd_(fd), size_(size), etag_(std::move(etag)) {}
    int fd_;
    std::uint64_t size_;
    std::string etag_;
};

} // namespace farboot::server::http
