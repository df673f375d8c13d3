#include "rootfs/fetch/sockets.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <stdexcept>
#include <string>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace farboot::rootfs::testing_fetch
{
namespace
{

/// Takes one connection on a port of 127.0.0.1, and says nothing.
class Listener
{
public:
    Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        if (socket_ < 0)
            throw std::runtime_error("no socket");
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), length), 0);
        EXPECT_EQ(::listen(socket_, 1), 0);
        EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length), 0);
        port_ = ntohs(address.sin_port);
    }
    ~Listener()
    {
        ::close(taken_);
        ::close(socket_);
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    void take() { taken_ = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC); }
    [[nodiscard]] int port() const { return port_; }
    /// Waits until the client has ended the connection, or said something.
    [[nodiscard]] bool ends() const
    {
        char byte = 0;
        return ::recv(taken_, &byte, 1, 0) == 0;
    }
    [[nodiscard]] bool is_open() const
    {
        char byte = 0;
        return ::recv(taken_, &byte, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN;
    }

private:
    int socket_;
    int port_ = 0;
    int taken_ = -1;
};

/// A connection from a port of the test's choice, which others have, too.
class Connection
{
public:
    Connection(Sockets& sockets, int local_port, const Listener& to)
    {
        curl_easy_setopt(easy_, CURLOPT_URL, ("http://127.0.0.1:" + std::to_string(to.port())).c_str());
        curl_easy_setopt(easy_, CURLOPT_CONNECT_ONLY, 1L);
        curl_easy_setopt(easy_, CURLOPT_LOCALPORT, static_cast<long>(local_port));
        curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, &Connection::open);
        sockets.watch(easy_);
        EXPECT_EQ(curl_easy_perform(easy_), CURLE_OK);
    }
    ~Connection() { curl_easy_cleanup(easy_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// As libcurl tells them.
    [[nodiscard]] Ends ends() const
    {
        const char* local = nullptr;
        const char* remote = nullptr;
        long local_port = 0;
        long remote_port = 0;
        curl_easy_getinfo(easy_, CURLINFO_LOCAL_IP, &local);
        curl_easy_getinfo(easy_, CURLINFO_PRIMARY_IP, &remote);
        curl_easy_getinfo(easy_, CURLINFO_LOCAL_PORT, &local_port);
        curl_easy_getinfo(easy_, CURLINFO_PRIMARY_PORT, &remote_port);
        return {local, static_cast<int>(local_port), remote, static_cast<int>(remote_port)};
    }

private:
    static curl_socket_t open(void*, curlsocktype, curl_sockaddr* address)
    {
        const auto socket = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
        const int yes = 1;
        ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        return socket;
    }

    CURL* easy_ = curl_easy_init();
};

TEST(Sockets, EndsOneConnectionOfTwoFromTheSamePort)
{
    Listener first;
    Listener second;
    const auto local_port = Listener().port(); // which is free again
    Sockets sockets;
    const Connection to_first(sockets, local_port, first);
    const Connection to_second(sockets, local_port, second);
    first.take();
    second.take();
    ASSERT_EQ(to_first.ends().local_port, to_second.ends().local_port);
    sockets.shut_down(to_second.ends());
    EXPECT_TRUE(second.ends());
    EXPECT_TRUE(first.is_open());
    sockets.shut_down(to_first.ends());
    EXPECT_TRUE(first.ends());
}

} // namespace
} // namespace farboot::rootfs::testing_fetch
