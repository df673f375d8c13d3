#pragma once

#include <cstdint>
#include <stdexcept>

#include <arpa/inet.h>
#include <sys/socket.h>

namespace farboot::test
{

/// A port of 127.0.0.1 that nobody else gets as long as this program runs: a socket stays bound to it. Who reuses
/// addresses, as servers do, can listen there, end, and listen there again; meanwhile, a connection is refused.
inline std::uint16_t reserved_port()
{
    const int holder = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); // for good
    const int yes = 1;
    ::setsockopt(holder, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(holder, raw, size) != 0 || ::getsockname(holder, raw, &size) != 0)
        throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
}

} // namespace farboot::test
