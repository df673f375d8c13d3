#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace farboot::test
{

struct Answer {
    int status = 0;                             ///< 0: the server has closed the connection without one
    std::map<std::string, std::string> headers; ///< names in lower case
    std::string body;
};

/// One TLS connection that sends whatever bytes it is told, also such as no library would.
class TlsClient
{
public:
    /// Checks the server's certificate for 127.0.0.1. `newest` is OpenSSL's number of a version, 0: whatever it has.
    /// Throws when there is no connection.
    TlsClient(std::uint16_t port, const std::filesystem::path& ca, int newest = 0);
    ~TlsClient();
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    /// False when the server has closed the connection.
    bool send(std::string_view bytes);
    /// The next answer; `head`: to a HEAD request.
    Answer receive(bool head = false);
    /// Waits until the next answer has begun to come.
    bool wait_for_bytes() { return !buffer_.empty() || fill(); }
    /// TLS 1.3: both sides encrypt with new keys from the next bytes on.
    bool renew_keys();
    /// True once the server closes the connection.
    bool wait_for_close();

private:
    bool fill();

    struct Connection;
    std::unique_ptr<Connection> connection_;
    std::string buffer_;
};

} // namespace farboot::test
