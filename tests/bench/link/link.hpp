#pragma once

#include "tests/bench/link/stream.hpp"

#include <list>

#include <netinet/in.h>

namespace farboot::bench
{

/// A TCP proxy that makes a local server look far away. One thread.
class Link
{
public:
    struct Counters {
        std::uint64_t connections = 0;
        std::uint64_t to_client_bytes = 0;
        std::uint64_t to_server_bytes = 0;
        std::uint64_t idle_restarts = 0; ///< times that an idle sender started with a small window again
    };

    /// Listens on 127.0.0.1; port 0 is any free one. Throws std::system_error.
    Link(LinkShape shape, std::uint16_t port, sockaddr_in server);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    [[nodiscard]] std::uint16_t port() const;
    /// Until SIGTERM or SIGINT, which the constructor has blocked.
    void run();
    [[nodiscard]] Counters counters() const;

private:
    struct Connection;
    struct Endpoint {
        Connection* connection;
        bool client;
    };

    void accept_clients();
    /// Moves what can be moved. Returns when there is something to do again if nothing else happens.
    [[nodiscard]] Time pump();
    void close_finished();
    void watch(int descriptor, std::uint32_t events, Endpoint* endpoint) const;
    static void count(const Connection& connection, Counters& counters);

    LinkShape shape_;
    sockaddr_in server_;
    Wire to_server_;
    Wire to_client_;
    int epoll_;
    int listener_;
    int signals_;
    std::list<Connection> connections_;
    Counters closed_; ///< of connections that are gone, and the number of all
};

} // namespace farboot::bench
