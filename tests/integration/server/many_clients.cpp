#include "tests/integration/server/many_clients.hpp"

#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace farboot::test
{

LazyClient::LazyClient(std::uint16_t port, std::uint32_t source)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    const auto address = [](std::uint32_t host, std::uint16_t number) {
        return sockaddr_in{.sin_family = AF_INET, .sin_port = htons(number), .sin_addr = {htonl(host)}, .sin_zero = {}};
    };
    const auto from = address((127U << 24 | 1U << 16) + source, 0);
    const auto to = address(INADDR_LOOPBACK, port);
    const timeval patience{60, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (socket_ < 0 || ::bind(socket_, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0 ||
        ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        const int problem = errno;
        ::close(socket_);
        throw std::system_error(problem, std::generic_category(), "no connection");
    }
}

LazyClient::~LazyClient()
{
    fall_silent();
    ::close(socket_);
}

void LazyClient::shake_hands(SSL_CTX* context)
{
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, socket_);
    if (SSL_connect(ssl_) != 1)
        throw std::runtime_error("no TLS");
}

bool LazyClient::send(std::string_view bytes)
{
    const auto size = static_cast<int>(bytes.size());
    if (ssl_ != nullptr)
        return SSL_write(ssl_, bytes.data(), size) == size;
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == size;
}

bool LazyClient::fill(std::string& into)
{
    std::array<char, 4096> block;
    const auto count =
        ssl_ != nullptr ? SSL_read(ssl_, block.data(), block.size()) : ::recv(socket_, block.data(), block.size(), 0);
    if (count > 0)
        into.append(block.data(), static_cast<std::size_t>(count));
    return count > 0;
}

std::string LazyClient::receive_until(std::string_view end)
{
    std::string all;
    while (all.find(end) == std::string::npos && fill(all)) {
    }
    return all;
}

std::string LazyClient::receive_answer()
{
    constexpr std::string_view name = "\r\nContent-Length: ";
    auto all = receive_until("\r\n\r\n");
    const auto end = all.find("\r\n\r\n");
    const auto at = all.find(name);
    const auto length = at < end ? std::stoul(all.substr(at + name.size())) : 0;
    while (end != std::string::npos && all.size() < end + 4 + length && fill(all)) {
    }
    return all;
}

void LazyClient::fall_silent()
{
    SSL_free(ssl_); // sends nothing: a handshake's end is not said without SSL_shutdown
    ssl_ = nullptr;
}

bool LazyClient::closed() const
{
    pollfd entry{.fd = socket_, .events = POLLRDHUP, .revents = 0};
    ::poll(&entry, 1, 0);
    return entry.revents != 0;
}

} // namespace farboot::test
