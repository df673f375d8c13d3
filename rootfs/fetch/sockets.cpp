#include "rootfs/fetch/sockets.hpp"

#include <linux/tcp.h> // netinet/tcp.h knows less of the kernel
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace farboot::rootfs
{

namespace
{

int port_of(curl_socket_t socket)
{
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0)
        return 0;
    if (address.ss_family == AF_INET)
        return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
    return address.ss_family == AF_INET6 ? ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port) : 0;
}

} // namespace

void Sockets::watch(CURL* easy)
{
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, &Sockets::on_open);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, static_cast<void*>(this));
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &Sockets::on_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, static_cast<void*>(this));
}

void Sockets::shut_down(int local_port) const
{
    for (const auto socket : open_)
        if (port_of(socket) == local_port)
            ::shutdown(socket, SHUT_RDWR);
}

Arrivals Sockets::arrivals(int local_port) const
{
    for (const auto socket : open_) {
        if (port_of(socket) != local_port)
            continue;
        tcp_info info{}; // an older kernel fills less of it
        socklen_t length = sizeof info;
        if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) == 0)
            return {info.tcpi_rcv_ooopack, std::chrono::microseconds(info.tcpi_min_rtt)};
    }
    return {};
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
