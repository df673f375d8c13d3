#include "tests/unit/rootfs/fetch/tls_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace farboot::rootfs::testing_fetch
{

namespace
{

int listen_on_any_port(int& port)
{
    int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener, generic, size) != 0 || ::listen(listener, 64) != 0 ||
        ::getsockname(listener, generic, &size) != 0)
        throw std::runtime_error("the test's server cannot listen");
    port = ntohs(address.sin_port);
    return listener;
}

SSL_CTX* new_context(const Identity& identity)
{
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    BIO* certificate_bio = BIO_new_mem_buf(identity.certificate.data(), static_cast<int>(identity.certificate.size()));
    BIO* key_bio = BIO_new_mem_buf(identity.key.data(), static_cast<int>(identity.key.size()));
    X509* certificate = PEM_read_bio_X509(certificate_bio, nullptr, nullptr, nullptr);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(key_bio, nullptr, nullptr, nullptr);
    bool good = SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1;
    X509_free(certificate);
    EVP_PKEY_free(key);
    BIO_free(certificate_bio);
    BIO_free(key_bio);
    if (!good)
        throw std::runtime_error("the test's server cannot use its certificate");
    return context;
}

} // namespace

bool TlsServer::Peer::send(std::string_view text)
{
    while (!text.empty()) {
        auto size = static_cast<int>(text.size());
        ssize_t sent =
            tls_ != nullptr ? SSL_write(tls_, text.data(), size) : ::write(socket_, text.data(), text.size());
        if (sent <= 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool TlsServer::Peer::answer(std::string_view status, std::string_view body, std::string_view headers)
{
    return send(fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(), headers, body));
}

int TlsServer::Peer::read(char* data, int size)
{
    return tls_ != nullptr ? SSL_read(tls_, data, size)
                           : static_cast<int>(::read(socket_, data, static_cast<std::size_t>(size)));
}

void TlsServer::Peer::wait_until_gone()
{
    char ignored[4096];
    while (read(ignored, sizeof ignored) > 0)
        ;
    closed_ = true;
}

std::string TlsServer::Peer::read_request()
{
    std::string request = std::move(unread_);
    std::size_t wanted = std::string::npos;
    while (request.size() < wanted || wanted == std::string::npos) {
        auto head = request.find("\r\n\r\n");
        if (head != std::string::npos) {
            auto length = request.find("Content-Length: ");
            wanted = head + 4 + (length < head ? std::stoul(request.substr(length + 16)) : 0);
            if (request.size() >= wanted)
                break;
        }
        char piece[16'384];
        int size = read(piece, sizeof piece);
        if (size <= 0)
            return {};
        request.append(piece, static_cast<std::size_t>(size));
    }
    unread_ = request.substr(wanted);
    request.resize(wanted);
    return request;
}

TlsServer::TlsServer(const Identity* identity, Talk talk, const std::function<void(SSL_CTX*)>& set_up)
    : talk_(std::move(talk)),
      context_(identity != nullptr ? new_context(*identity) : nullptr),
      listener_(listen_on_any_port(port_))
{
    if (set_up)
        set_up(context_);
    acceptor_ = std::thread([this] { accept_loop(); });
}

TlsServer::~TlsServer()
{
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
        for (int socket : sockets_)
            ::shutdown(socket, SHUT_RDWR);
    }
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (std::thread& thread : threads_)
        thread.join();
    for (int socket : sockets_) // kept until now, so that no number is used twice
        ::close(socket);
    ::close(listener_);
    SSL_CTX_free(context_);
}

std::string TlsServer::url(const std::string& path) const
{
    return fmt::format("{}://127.0.0.1:{}{}", context_ != nullptr ? "https" : "http", port_, path);
}

std::size_t TlsServer::connections() const
{
    std::lock_guard lock(mutex_);
    return sockets_.size();
}

void TlsServer::accept_loop()
{
    // Blocked here and in the connections' threads only: the client must cope with SIGPIPE by itself.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    while (true) {
        int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0)
            return;
        std::lock_guard lock(mutex_);
        sockets_.push_back(socket);
        if (stopping_)
            return;
        threads_.emplace_back([this, socket] { serve(socket); });
    }
}

void TlsServer::serve(int socket)
{
    SSL* tls = context_ != nullptr ? SSL_new(context_) : nullptr;
    bool connected = true;
    if (tls != nullptr) {
        SSL_set_fd(tls, socket);
        connected = SSL_accept(tls) == 1;
    }
    Peer peer(socket, tls);
    while (connected && !peer.closed_) {
        std::string request = peer.read_request();
        if (request.empty())
            break;
        talk_(peer, request);
    }
    SSL_free(tls);
    ERR_clear_error();
    ::shutdown(socket, SHUT_RDWR);
}

SilentSocket::SilentSocket() : descriptor_(listen_on_any_port(port_)) {}

SilentSocket::~SilentSocket()
{
    ::close(descriptor_);
}

} // namespace farboot::rootfs::testing_fetch
