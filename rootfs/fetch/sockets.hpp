#pragma once

#include "rootfs/fetch/http.hpp"

#include <curl/curl.h>

#include <set>
#include <string>

namespace farboot::rootfs
{

/// Both ends of a TCP connection. Its own port alone does not tell one: the system gives the same to connections to
/// different servers.
struct Ends {
    std::string local_address; ///< as inet_ntop() writes it
    int local_port = 0;
    std::string remote_address;
    int remote_port = 0;
    bool operator==(const Ends&) const = default;
};

/// The sockets of a client's connections, for ending a connection that several transfers share: libcurl has no word for
/// it. Not for other folders. Belongs to the client's thread, and lives longer than the connections.
class Sockets
{
public:
    /// Connections that this handle makes are noted.
    void watch(CURL* easy);
    /// Ends this connection. libcurl sees that when it looks at it next.
    void shut_down(const Ends& ends) const;
    /// This connection's; CURL_SOCKET_BAD: it has ended.
    [[nodiscard]] curl_socket_t find(const Ends& ends) const;
    /// Of this connection; zeros if it has ended.
    [[nodiscard]] Arrivals arrivals(curl_socket_t socket) const;

private:
    static int on_open(void* self, curl_socket_t socket, curlsocktype purpose) noexcept;
    static int on_close(void* self, curl_socket_t socket) noexcept;

    std::set<curl_socket_t> open_;
};

} // namespace farboot::rootfs
