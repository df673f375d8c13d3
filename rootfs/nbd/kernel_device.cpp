#include "rootfs/nbd/kernel_device.hpp"
#include "rootfs/base/number.hpp"

#include <memory>

#include <linux/nbd-netlink.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

namespace farboot::rootfs
{

namespace
{

constexpr std::uint64_t block_size = 4096;
/// How long the kernel keeps requests for a device whose server is gone, before it calls them failed: as good as for
/// ever.
constexpr std::uint64_t ten_years_in_seconds = 10ULL * 365 * 24 * 3600;

using Socket = std::unique_ptr<nl_sock, decltype(&nl_socket_free)>;
using Message = std::unique_ptr<nl_msg, decltype(&nlmsg_free)>;

bool put_socket(nl_msg* message, int descriptor)
{
    auto* list = nla_nest_start(message, NBD_ATTR_SOCKETS);
    auto* item = list ? nla_nest_start(message, NBD_SOCK_ITEM) : nullptr;
    if (!item || nla_put_u32(message, NBD_SOCK_FD, static_cast<std::uint32_t>(descriptor)) != 0)
        return false;
    nla_nest_end(message, item);
    nla_nest_end(message, list);
    return true;
}

} // namespace

Result<KernelDevice> KernelDevice::named(std::string_view path)
{
    constexpr std::string_view prefix = "/dev/nbd";
    if (path.starts_with(prefix))
        if (const auto index = to_number<std::uint32_t>(path.substr(prefix.size())))
            return KernelDevice(*index);
    return fail("bad-request", "{} is no NBD device; they are called /dev/nbd0, /dev/nbd1, ….", path);
}

Result<void> KernelDevice::attach(const NbdConnection& connection) const
{
    return tell(NBD_CMD_CONNECT, connection);
}

Result<void> KernelDevice::attach_again(const NbdConnection& connection) const
{
    return tell(NBD_CMD_RECONFIGURE, connection);
}

Result<void> KernelDevice::tell(std::uint8_t command, const NbdConnection& connection) const
{
    const auto failed = [&](int error) {
        return fail("kernel",
                    "The kernel does not take the connection for /dev/nbd{}: {}. Is its module nbd loaded, and are "
                    "you root?",
                    index_, nl_geterror(error));
    };
    const Socket netlink(nl_socket_alloc(), nl_socket_free);
    Message message(nlmsg_alloc(), nlmsg_free);
    if (!netlink || !message)
        return failed(-NLE_NOMEM);
    if (const auto error = genl_connect(netlink.get()); error != 0)
        return failed(error);
    const auto family = genl_ctrl_resolve(netlink.get(), NBD_GENL_FAMILY_NAME);
    if (family < 0)
        return failed(family);
    auto* raw = message.get();
    // A time-out for requests (NBD_ATTR_TIMEOUT) is not set on purpose: with one, a slow network is an I/O error.
    const bool filled = genlmsg_put(raw, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, 0, command, NBD_GENL_VERSION) &&
                        nla_put_u32(raw, NBD_ATTR_INDEX, index_) == 0 &&
                        nla_put_u64(raw, NBD_ATTR_SIZE_BYTES, connection.size()) == 0 &&
                        nla_put_u64(raw, NBD_ATTR_BLOCK_SIZE_BYTES, block_size) == 0 &&
                        nla_put_u64(raw, NBD_ATTR_SERVER_FLAGS, connection.flags()) == 0 &&
                        nla_put_u64(raw, NBD_ATTR_DEAD_CONN_TIMEOUT, ten_years_in_seconds) == 0 &&
                        put_socket(raw, connection.descriptor());
    if (!filled)
        return failed(-NLE_MSGSIZE);
    // Sends, frees, and waits for the kernel's word.
    if (const auto error = nl_send_sync(netlink.get(), message.release()); error < 0)
        return failed(error);
    return {};
}

} // namespace farboot::rootfs
