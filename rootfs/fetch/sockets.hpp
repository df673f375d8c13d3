#pragma once

#include "rootfs/fetch/http.hpp"

#include <curl/curl.h>

#include <set>

namespace farboot::rootfs
{

/// The sockets of a client's connections, for ending a connection that several transfers share: libcurl has no word for
/// it. Not for other folders. Belongs to the client's thread, and lives longer than the connections.
class Sockets
{
public:
    /// Connections that this handle makes are noted.
    void watch(CURL* easy);
    /// Ends the connection from this port of ours. libcurl sees that when it looks at it next.
    void shut_down(int local_port) const;
    /// Of the connection from this port of ours.
    [[nodiscard]] Arrivals arrivals(int local_port) const;

private:
    static int on_open(void* self, curl_socket_t socket, curlsocktype purpose) noexcept;
    static int on_close(void* self, curl_socket_t socket) noexcept;

    std::set<curl_socket_t> open_;
};

} // namespace farboot::rootfs
