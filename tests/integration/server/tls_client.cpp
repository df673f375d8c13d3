#include "tests/integration/server/tls_client.hpp"

#include <csignal>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <array>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace farboot::test
{

struct TlsClient::Connection {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL* ssl = nullptr;
    int socket = -1;
    ~Connection()
    {
        SSL_free(ssl);
        SSL_CTX_free(context);
        ::close(socket);
    }
};

TlsClient::TlsClient(std::uint16_t port, const std::filesystem::path& ca, int newest)
    : connection_(std::make_unique<Connection>())
{
    std::signal(SIGPIPE, SIG_IGN); // a server that is gone is an error of the write
    auto& c = *connection_;
    SSL_CTX_set_max_proto_version(c.context, newest);
    if (newest != 0 && newest < TLS1_2_VERSION)
        SSL_CTX_set_security_level(c.context, 0); // else OpenSSL itself would not
    SSL_CTX_load_verify_locations(c.context, ca.c_str(), nullptr);
    SSL_CTX_set_verify(c.context, SSL_VERIFY_PEER, nullptr);
    c.ssl = SSL_new(c.context);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(c.ssl), "127.0.0.1");
    c.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{120, 0};
    ::setsockopt(c.socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    if (::connect(c.socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("no connection");
    SSL_set_fd(c.ssl, c.socket);
    if (SSL_connect(c.ssl) != 1)
        throw std::runtime_error("no TLS");
}

TlsClient::~TlsClient() = default;

bool TlsClient::send(std::string_view bytes)
{
    return SSL_write(connection_->ssl, bytes.data(), static_cast<int>(bytes.size())) == static_cast<int>(bytes.size());
}

bool TlsClient::fill()
{
    std::array<char, 65536> block;
    const int got = SSL_read(connection_->ssl, block.data(), block.size());
    if (got <= 0)
        return false;
    buffer_.append(block.data(), static_cast<std::size_t>(got));
    return true;
}

Answer TlsClient::receive(bool head)
{
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
        if (!fill())
            return {};
    Answer answer;
    std::string_view header = std::string_view(buffer_).substr(0, end);
    answer.status = std::stoi(std::string(header.substr(9, 3)));
    while (true) {
        const auto line_end = header.find("\r\n");
        if (line_end == std::string_view::npos)
            break;
        header.remove_prefix(line_end + 2);
        const auto line = header.substr(0, header.find("\r\n"));
        const auto colon = line.find(": ");
        std::string name(line.substr(0, colon));
        for (char& c : name)
            c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        answer.headers[name] = line.substr(colon + 2);
    }
    buffer_.erase(0, end + 4);
    const bool has_body = !head && answer.status != 204 && answer.status != 304 && answer.status != 100;
    const std::size_t length = has_body ? std::stoul(answer.headers.at("content-length")) : 0;
    while (buffer_.size() < length)
        if (!fill())
            return {};
    answer.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return answer;
}

bool TlsClient::renew_keys()
{
    return SSL_key_update(connection_->ssl, SSL_KEY_UPDATE_REQUESTED) == 1;
}

bool TlsClient::wait_for_close()
{
    while (fill())
        buffer_.clear();
    return SSL_get_error(connection_->ssl, -1) != SSL_ERROR_WANT_READ;
}

} // namespace farboot::test
