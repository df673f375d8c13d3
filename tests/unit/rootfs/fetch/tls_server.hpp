#pragma once

#include "tests/unit/rootfs/fetch/authority.hpp"

#include <openssl/ssl.h>

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace farboot::rootfs::testing_fetch
{

/// A TLS server on a port of 127.0.0.1 that says to each request exactly what the test wants, byte for byte.
class TlsServer
{
public:
    /// The server's end of one connection.
    class Peer
    {
    public:
        Peer(int socket, SSL* tls) : socket_(socket), tls_(tls) {}
        /// False when the client has gone.
        bool send(std::string_view text);
        /// A head with Content-Length, and the body.
        bool answer(std::string_view status, std::string_view body, std::string_view headers = "");
        /// Reads until the client goes.
        void wait_until_gone();
        /// Breaks the connection off, after this answer.
        void close() { closed_ = true; }

    private:
        friend class TlsServer;
        int read(char* data, int size);
        std::string read_request();

        int socket_;
        SSL* tls_; ///< null: plain HTTP
        std::string unread_;
        bool closed_ = false;
    };
    /// Called for each request (head and body as they came) on a thread of its connection.
    using Talk = std::function<void(Peer&, const std::string& request)>;

    /// What to be; a null identity is a plain HTTP server. `set_up` may change the TLS context.
    TlsServer(const Identity* identity, Talk talk, const std::function<void(SSL_CTX*)>& set_up = {});
    /// Breaks all connections off.
    ~TlsServer();

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] std::string url(const std::string& path = "/") const;
    [[nodiscard]] std::size_t connections() const;

private:
    void accept_loop();
    void serve(int socket);

    Talk talk_;
    SSL_CTX* context_ = nullptr;
    int port_ = 0; // set by what comes next
    int listener_ = -1;
    mutable std::mutex mutex_;
    bool stopping_ = false;
    std::vector<int> sockets_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

/// A TCP socket on 127.0.0.1 that listens (the kernel completes connections), and never says a word.
class SilentSocket
{
public:
    SilentSocket();
    ~SilentSocket();
    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    int port_ = 0; // set by what comes next
    int descriptor_;
};

} // namespace farboot::rootfs::testing_fetch
