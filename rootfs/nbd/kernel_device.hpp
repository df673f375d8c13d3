#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/nbd/nbd_connection.hpp"

#include <cstdint>
#include <string_view>

namespace farboot::rootfs
{

/// One of the kernel's NBD devices, /dev/nbdN. No process stays behind for it, and no outage ends it: requests wait,
/// also those that a dead server took with it, until a new connection is there (netlink of linux/drivers/block/nbd.c).
class KernelDevice
{
public:
    /// "/dev/nbd0". Reasons: bad-request.
    [[nodiscard]] static Result<KernelDevice> named(std::string_view path);

    /// Makes the connection's export the device's content. Reasons: kernel.
    [[nodiscard]] Result<void> attach(const NbdConnection& connection) const;
    /// Gives an attached device a new connection to the same export in place of one that broke. What was asked on the
    /// old one is asked again within 30 s, the kernel's round for requests without an answer. Reasons: kernel (also if
    /// it is not attached, or its connection is not broken).
    [[nodiscard]] Result<void> attach_again(const NbdConnection& connection) const;

private:
    explicit KernelDevice(std::uint32_t index) : index_(index) {}
    [[nodiscard]] Result<void> tell(std::uint8_t command, const NbdConnection& connection) const;

    std::uint32_t index_;
};

} // namespace farboot::rootfs
