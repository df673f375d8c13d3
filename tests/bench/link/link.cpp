#include "tests/bench/link/link.hpp"

#include <array>
#include <csignal>
#include <system_error>

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace farboot::bench
{

namespace
{

/// The kernel's own buffers are part of no model: enough for full speed, no more.
constexpr int socket_buffer = 512 * 1024;

int checked(int result, const char* what)
{
    if (result < 0)
        throw std::system_error(errno, std::generic_category(), what);
    return result;
}

void set_up(int socket)
{
    const int yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

int new_socket()
{
    const int made = checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    setsockopt(made, SOL_SOCKET, SO_RCVBUF, &socket_buffer, sizeof socket_buffer);
    setsockopt(made, SOL_SOCKET, SO_SNDBUF, &socket_buffer, sizeof socket_buffer);
    return made;
}

int listen_on(std::uint16_t port)
{
    const int listener = new_socket(); // what it accepts inherits its buffers
    const int yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    checked(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
    checked(listen(listener, SOMAXCONN), "listen");
    return listener;
}

int catch_signals()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    return checked(signalfd(-1, &set, SFD_CLOEXEC), "signalfd");
}

} // namespace

struct Link::Connection {
    Connection(Link& link, int client_socket, int server_socket, Time now)
        : client(client_socket),
          server(server_socket),
          // The client's SYN and the answer come first, and the server may speak once it has heard of the answer.
          up(link.to_server_, client, server, now + link.shape_.round_trip),
          down(link.to_client_, server, client, now + link.shape_.round_trip * 3 / 2),
          client_end{this, true},
          server_end{this, false}
    {
    }
    ~Connection()
    {
        close(client);
        close(server);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    int client, server;
    Stream up, down;
    Endpoint client_end, server_end;
};

Link::Link(LinkShape shape, std::uint16_t port, sockaddr_in server)
    : shape_(shape),
      server_(server),
      to_server_(shape),
      to_client_(shape),
      epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll")),
      listener_(listen_on(port)),
      signals_(catch_signals())
{
    watch(listener_, EPOLLIN, nullptr);
}

Link::~Link()
{
    connections_.clear();
    close(signals_);
    close(listener_);
    close(epoll_);
}

std::uint16_t Link::port() const
{
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

void Link::watch(int descriptor, std::uint32_t events, Endpoint* endpoint) const
{
    epoll_event event{};
    event.events = events;
    event.data.ptr = endpoint;
    checked(epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
}

void Link::run()
{
    Endpoint stop{};
    watch(signals_, EPOLLIN, &stop);
    std::array<epoll_event, 64> events{};
    for (;;) {
        const auto wait = std::max(pump() - std::chrono::steady_clock::now(), Duration{});
        const auto seconds = std::chrono::floor<std::chrono::seconds>(wait);
        const timespec time{std::min<std::int64_t>(seconds.count(), 3600), (wait - seconds).count()};
        const int count = epoll_pwait2(epoll_, events.data(), events.size(), &time, nullptr);
        for (int i = 0; i < count; ++i) {
            auto* endpoint = static_cast<Endpoint*>(events.at(i).data.ptr);
            if (endpoint == &stop)
                return;
            if (endpoint == nullptr) {
                accept_clients();
                continue;
            }
            const auto what = events.at(i).events;
            auto& sender = endpoint->client ? endpoint->connection->up : endpoint->connection->down;
            auto& receiver = endpoint->client ? endpoint->connection->down : endpoint->connection->up;
            if ((what & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
                sender.sender_ready();
            if ((what & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0)
                receiver.receiver_ready();
        }
    }
}

void Link::accept_clients()
{
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0)
        return;
    const int server = new_socket();
    if (connect(server, reinterpret_cast<sockaddr*>(&server_), sizeof server_) != 0) {
        close(client);
        close(server);
        return;
    }
    set_up(client);
    set_up(server);
    auto& connection = connections_.emplace_back(*this, client, server, std::chrono::steady_clock::now());
    ++closed_.connections;
    watch(client, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, &connection.client_end);
    watch(server, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, &connection.server_end);
}

Time Link::pump()
{
    const auto each_stream = [&](const auto& act) {
        for (auto& connection : connections_) {
            act(connection.up);
            act(connection.down);
        }
    };
    const auto now = std::chrono::steady_clock::now();
    each_stream([&](Stream& stream) { stream.fill(now); });
    to_server_.advance(now);
    to_client_.advance(now);
    each_stream([&](Stream& stream) { stream.drain(now); });
    // A receiver that has taken something may have made room for more.
    auto next = std::min(to_server_.advance(now), to_client_.advance(now));
    each_stream([&](const Stream& stream) { next = std::min(next, stream.busy() ? now : stream.ends()); });
    close_finished();
    return next;
}

void Link::close_finished()
{
    for (auto at = connections_.begin(); at != connections_.end();) {
        const auto finished = at->up.over() && at->down.over();
        if (finished)
            count(*at, closed_);
        at = finished ? connections_.erase(at) : std::next(at);
    }
}

void Link::count(const Connection& connection, Counters& counters)
{
    counters.to_client_bytes += connection.down.flow().arrived();
    counters.to_server_bytes += connection.up.flow().arrived();
    counters.idle_restarts += connection.up.flow().restarts() + connection.down.flow().restarts();
}

Link::Counters Link::counters() const
{
    auto all = closed_;
    for (const auto& connection : connections_)
        count(connection, all);
    return all;
}

} // namespace farboot::bench
