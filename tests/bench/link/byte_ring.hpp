#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace farboot::bench
{

/// A stream's bytes between two sockets.
class ByteRing
{
public:
    /// Bytes; rounded up to a power of two.
    explicit ByteRing(std::size_t capacity);

    /// What a socket gave or took.
    struct Moved {
        std::size_t bytes = 0;
        bool blocked = false; ///< the socket has no more, or takes no more, for now
        bool ended = false;   ///< the other side has closed, or the connection broke
    };
    /// At most `most` bytes; the caller sees to it that they fit.
    Moved read_from(int socket, std::size_t most);
    Moved write_to(int socket, std::size_t most);

private:
    struct Parts;
    [[nodiscard]] Parts parts(std::uint64_t from, std::size_t bytes) const;

    std::size_t capacity_;
    std::unique_ptr<std::byte[]> bytes_;
    std::uint64_t read_ = 0;    ///< from sockets, since the start
    std::uint64_t written_ = 0; ///< to sockets, since the start
};

} // namespace farboot::bench
