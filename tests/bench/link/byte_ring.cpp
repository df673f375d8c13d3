#include "tests/bench/link/byte_ring.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>

#include <sys/socket.h>
#include <sys/uio.h>

namespace farboot::bench
{

struct ByteRing::Parts {
    std::array<iovec, 2> vectors{};
    msghdr message{};
};

namespace
{

ByteRing::Moved result_of(ssize_t bytes)
{
    if (bytes > 0)
        return {static_cast<std::size_t>(bytes), false, false};
    const auto blocked = bytes < 0 && (errno == EAGAIN || errno == EINTR);
    return {0, blocked, !blocked};
}

} // namespace

ByteRing::ByteRing(std::size_t capacity)
    : capacity_(std::bit_ceil(capacity)), bytes_(std::make_unique_for_overwrite<std::byte[]>(capacity_))
{
}

ByteRing::Parts ByteRing::parts(std::uint64_t from, std::size_t bytes) const
{
    const auto start = static_cast<std::size_t>(from & (capacity_ - 1));
    const auto first = std::min(bytes, capacity_ - start);
    return {{{{bytes_.get() + start, first}, {bytes_.get(), bytes - first}}}, {}};
}

ByteRing::Moved ByteRing::read_from(int socket, std::size_t most)
{
    auto parts_to_fill = parts(read_, most);
    parts_to_fill.message.msg_iov = parts_to_fill.vectors.data();
    parts_to_fill.message.msg_iovlen = parts_to_fill.vectors.size();
    const auto moved = result_of(recvmsg(socket, &parts_to_fill.message, MSG_DONTWAIT));
    read_ += moved.bytes;
    return moved;
}

ByteRing::Moved ByteRing::write_to(int socket, std::size_t most)
{
    auto parts_to_send = parts(written_, most);
    parts_to_send.message.msg_iov = parts_to_send.vectors.data();
    parts_to_send.message.msg_iovlen = parts_to_send.vectors.size();
    const auto moved = result_of(sendmsg(socket, &parts_to_send.message, MSG_DONTWAIT | MSG_NOSIGNAL));
    written_ += moved.bytes;
    return moved;
}

} // namespace farboot::bench
