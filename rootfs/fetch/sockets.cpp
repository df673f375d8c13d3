#include "rootfs/fetch/sockets.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <linux/tcp.h> // netinet/tcp.h knows less of the kernel
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace farboot::rootfs
{

namespace
{

/// `ask` is getsockname or getpeername. Nothing for a socket that is not connected.
std::optional<std::pair<std::string, int>> end_of(curl_socket_t socket, decltype(&::getsockname) ask)
{
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (ask(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0)
        return std::nullopt;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.ss_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
        return std::pair{::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size()), ntohs(v4.sin_port)};
    }
    if (address.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
        return std::pair{::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size()), ntohs(v6.sin6_port)};
    }
    return std::nullopt;
}

std::optional<Ends> ends_of(curl_socket_t socket)
{
    const auto local = end_of(socket, &::getsockname);
    const auto remote = end_of(socket, &::getpeername);
    if (!local || !remote)
        return std::nullopt;
    return Ends{local->first, local->second, remote->first, remote->second};
}

} // namespace

void Sockets::watch(CURL* easy)
{
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, &Sockets::on_open);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, static_cast<void*>(this));
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &Sockets::on_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, static_cast<void*>(this));
}

curl_socket_t Sockets::find(const Ends& ends) const
{
    const auto found = std::ranges::find_if(open_, [&](auto socket) { return ends_of(socket) == ends; });
    return found == open_.end() ? CURL_SOCKET_BAD : *found;
}

void Sockets::shut_down(const Ends& ends) const
{
    if (const auto socket = find(ends); socket != CURL_SOCKET_BAD)
        ::shutdown(socket, SHUT_RDWR);
}

Arrivals Sockets::arrivals(curl_socket_t socket) const
{
    tcp_info info{}; // an older kernel fills less of it
    socklen_t length = sizeof info;
    if (!open_.contains(socket) || ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0)
        return {};
    return {info.tcpi_rcv_ooopack, std::chrono::microseconds(info.tcpi_min_rtt)};
}

int Sockets::on_open(void* self, curl_socket_t socket, curlsocktype) noexcept
{
    static_cast<Sockets*>(self)->open_.insert(socket);
    return CURL_SOCKOPT_OK;
}

int Sockets::on_close(void* self, curl_socket_t socket) noexcept
{
    static_cast<Sockets*>(self)->open_.erase(socket);
    return ::close(socket);
}

} // namespace farboot::rootfs
