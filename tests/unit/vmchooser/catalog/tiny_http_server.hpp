#pragma once

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <thread>

namespace farboot::vmchooser::testing
{

/// A catalog on a port of its own, one request a connection: `answer` gets the method and path, and the body, and
/// returns the whole response after "HTTP/1.1 ".
class TinyHttpServer
{
public:
    using Answer = std::function<std::string(const std::string& request, const std::string& body)>;
    explicit TinyHttpServer(Answer answer) : answer_(std::move(answer))
    {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), length);
        ::listen(listener_, 8);
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~TinyHttpServer()
    {
        ::shutdown(listener_, SHUT_RDWR); // wakes accept()
        thread_.join();
        ::close(listener_);
    }
    TinyHttpServer(const TinyHttpServer&) = delete;
    TinyHttpServer& operator=(const TinyHttpServer&) = delete;

    [[nodiscard]] std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }
    [[nodiscard]] static std::string ok(const std::string& body)
    {
        return fmt::format("200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", body.size(), body);
    }

private:
    void serve()
    {
        for (int peer; (peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0; ::close(peer)) {
            std::string head;
            while (!head.ends_with("\r\n\r\n"))
                if (char byte; ::read(peer, &byte, 1) == 1)
                    head += byte;
                else
                    break;
            std::string body;
            if (const auto at = head.find("Content-Length: "); at != std::string::npos)
                body.resize(std::stoul(head.substr(at + 16)));
            for (std::size_t got = 0; got < body.size();)
                if (const auto more = ::read(peer, body.data() + got, body.size() - got); more > 0)
                    got += static_cast<std::size_t>(more);
                else
                    break;
            const auto answer = "HTTP/1.1 " + answer_(head.substr(0, head.find(" HTTP/")), body);
            [[maybe_unused]] const auto sent = ::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
        }
    }

    Answer answer_;
    int listener_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

} // namespace farboot::vmchooser::testing
