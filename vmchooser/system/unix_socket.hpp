#pragma once

#include "rootfs/base/error.hpp"

#include <filesystem>
#include <utility>

namespace farboot::vmchooser
{

/// A connected Unix stream socket; closed with the object.
class UnixSocket
{
public:
    /// Reason: io (nothing listens there, no permission, the path is longer than a socket's can be).
    [[nodiscard]] static Result<UnixSocket> connect(const std::filesystem::path& path);
    ~UnixSocket();
    UnixSocket(UnixSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    UnixSocket& operator=(UnixSocket&&) = delete;

    [[nodiscard]] int fd() const { return fd_; }

private:
    explicit UnixSocket(int fd) : fd_(fd) {}
    int fd_;
};

} // namespace farboot::vmchooser
