#pragma once

#include "rootfs/base/error.hpp"

#include <cstdint>
#include <filesystem>

namespace farboot::rootfs
{

/// A connection to an NBD server's default export, past the handshake: ready for requests, which the kernel makes.
/// Owns its socket. https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md, fixed newstyle with NBD_OPT_GO.
class NbdConnection
{
public:
    /// Connects to a unix socket. Reasons: unreachable, bad-answer (not an NBD server, or it refused), stalled.
    [[nodiscard]] static Result<NbdConnection> open(const std::filesystem::path& socket);

    NbdConnection(NbdConnection&& other) noexcept;
    NbdConnection& operator=(NbdConnection&&) = delete;
    ~NbdConnection();

    [[nodiscard]] int descriptor() const { return descriptor_; }
    /// Of the export, in bytes.
    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// Transmission flags (NBD_FLAG_*), as the kernel wants them.
    [[nodiscard]] std::uint16_t flags() const { return flags_; }

private:
    explicit NbdConnection(int descriptor) : descriptor_(descriptor) {}
    Result<void> shake_hands();

    int descriptor_;
    std::uint64_t size_ = 0;
    std::uint16_t flags_ = 0;
};

} // namespace farboot::rootfs
