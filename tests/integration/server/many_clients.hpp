#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include <openssl/types.h>

namespace farboot::test
{

/// A connection from an address of its own choice that is in no hurry. With TLS it trusts whoever answers.
class LazyClient
{
public:
    /// From 127.1.0.0 + `source`. Throws when there is no connection.
    LazyClient(std::uint16_t port, std::uint32_t source);
    ~LazyClient();
    LazyClient(const LazyClient&) = delete;
    LazyClient& operator=(const LazyClient&) = delete;

    /// Throws when it fails.
    void shake_hands(SSL_CTX* context);
    /// False when the server has closed the connection.
    bool send(std::string_view bytes);
    /// What comes until there is nothing for a minute, or `end` was in it.
    std::string receive_until(std::string_view end);
    /// One answer that has a Content-Length, with its header.
    std::string receive_answer();
    /// Forgets the keys of TLS, to save memory; nothing can be sent or received any more.
    void fall_silent();
    /// True when the server has closed the connection. Does not wait.
    [[nodiscard]] bool closed() const;

private:
    bool fill(std::string& into);

    int socket_;
    SSL* ssl_ = nullptr;
};

} // namespace farboot::test
