#include "rootfs/nbd/nbd_connection.hpp"

#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include <endian.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace farboot::rootfs
{

namespace
{

constexpr std::uint64_t server_magic = 0x4e42444d41474943;
constexpr std::uint64_t option_magic = 0x49484156454f5054;
constexpr std::uint64_t reply_magic = 0x3e889045565a9;
constexpr std::uint16_t fixed_newstyle = 1;
constexpr std::uint32_t option_go = 7;
constexpr std::uint32_t reply_ack = 1;
constexpr std::uint32_t reply_info = 3;
constexpr std::uint16_t info_export = 0;
/// What a server may say about an export: a name and a description of at most 4 KiB each.
constexpr std::uint32_t longest_reply = 16 << 10;
constexpr int most_replies = 64;

// As on the wire: big endian, without gaps.
struct [[gnu::packed]] Greeting {
    std::uint64_t server;
    std::uint64_t option;
    std::uint16_t flags;
};
struct [[gnu::packed]] GoRequest {
    std::uint32_t client_flags = htobe32(fixed_newstyle);
    std::uint64_t magic = htobe64(option_magic);
    std::uint32_t option = htobe32(option_go);
    std::uint32_t length = htobe32(6);
    std::uint32_t name_length = 0; // the default export
    std::uint16_t information = 0; // nothing but what must be said
};
struct [[gnu::packed]] Reply {
    std::uint64_t magic;
    std::uint32_t option;
    std::uint32_t type;
    std::uint32_t length;
};
struct [[gnu::packed]] ExportInfo {
    std::uint16_t type;
    std::uint64_t size;
    std::uint16_t flags;
};

Result<void> receive(int descriptor, std::span<char> into)
{
    while (!into.empty()) {
        const auto count = recv(descriptor, into.data(), into.size(), 0);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail("stalled", "The NBD server does not answer: {}.", std::strerror(errno));
        if (count == 0)
            return fail("bad-answer", "The NBD server has closed the connection.");
        into = into.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

template <class T>
Result<T> receive(int descriptor)
{
    T value;
    if (auto got = receive(descriptor, {reinterpret_cast<char*>(&value), sizeof value}); !got)
        return std::unexpected(got.error());
    return value;
}

} // namespace

Result<NbdConnection> NbdConnection::open(const std::filesystem::path& socket)
{
    const auto failed = [&] {
        return fail("unreachable", "There is no NBD server on {}: {}. Is the reader running?", socket.string(),
                    std::strerror(errno));
    };
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket.native().size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return failed();
    }
    socket.native().copy(address.sun_path, socket.native().size());
    NbdConnection made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval patience{30, 0};
    if (made.descriptor_ < 0 ||
        setsockopt(made.descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        connect(made.descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return failed();
    if (auto ready = made.shake_hands(); !ready)
        return std::unexpected(ready.error());
    // The kernel waits for answers without limit.
    const timeval for_ever{};
    setsockopt(made.descriptor_, SOL_SOCKET, SO_RCVTIMEO, &for_ever, sizeof for_ever);
    return made;
}

Result<void> NbdConnection::shake_hands()
{
    const auto greeting = receive<Greeting>(descriptor_);
    if (!greeting)
        return std::unexpected(greeting.error());
    if (be64toh(greeting->server) != server_magic || be64toh(greeting->option) != option_magic ||
        (be16toh(greeting->flags) & fixed_newstyle) == 0)
        return fail("bad-answer", "What answers is no NBD server.");
    const GoRequest request;
    if (send(descriptor_, &request, sizeof request, MSG_NOSIGNAL) != sizeof request)
        return fail("bad-answer", "The NBD server takes no request: {}.", std::strerror(errno));
    for (int replies = 0; replies < most_replies; ++replies) {
        const auto reply = receive<Reply>(descriptor_);
        if (!reply)
            return std::unexpected(reply.error());
        const auto length = be32toh(reply->length);
        if (be64toh(reply->magic) != reply_magic || be32toh(reply->option) != option_go || length > longest_reply)
            return fail("bad-answer", "The NBD server's answer makes no sense.");
        std::string text(length, '\0');
        if (auto got = receive(descriptor_, text); !got)
            return got;
        const auto type = be32toh(reply->type);
        if (type == reply_ack)
            return size_ != 0 ? Result<void>{}
                              : fail("bad-answer", "The NBD server does not say how large the image is.");
        if (type != reply_info)
            return fail("bad-answer", "The NBD server refuses (error {:#x}): {}", type, text);
        ExportInfo info{};
        if (length < sizeof info)
            continue;
        std::memcpy(&info, text.data(), sizeof info);
        if (be16toh(info.type) != info_export)
            continue;
        size_ = be64toh(info.size);
        flags_ = be16toh(info.flags);
    }
    return fail("bad-answer", "The NBD server tells of an export without end.");
}

NbdConnection::NbdConnection(NbdConnection&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_), flags_(other.flags_)
{
}

NbdConnection::~NbdConnection()
{
    if (descriptor_ >= 0)
        close(descriptor_);
}

} // namespace farboot::rootfs
