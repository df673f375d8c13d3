#pragma once

#include "rootfs/base/error.hpp"
#include "server/http/limits.hpp"
#include "server/http/observer.hpp"
#include "server/http/proxies.hpp"
#include "server/http/router.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace farboot::server::http
{

/// PEM files: the certificate with its chain, and its key.
struct TlsFiles {
    std::filesystem::path certificate;
    std::filesystem::path key;
};

/// An HTTP/1.1 server over TLS 1.2 and newer, and plain for a proxy or a trusted network. It logs one line for each
/// request.
class Server
{
public:
    /// `observer`, if there is one, outlives it.
    Server(Router router, Limits limits, Proxies proxies = {}, Observer* observer = nullptr);
    ~Server(); ///< stops it
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Used by connections from now on. Reason: tls.
    [[nodiscard]] Result<void> use_certificate(const TlsFiles& files);

    /// `address`: "0.0.0.0:8443", "[::]:8443"; port 0 takes a free one. Gives the address with the real port.
    /// For a TLS listener the certificate comes first. Reasons: address-malformed, io.
    [[nodiscard]] Result<std::string> listen(std::string_view address, bool tls);

    /// Serves on `threads` threads from now on. Each has its own connections: a handler that blocks holds them up.
    void start(std::size_t threads);
    /// Takes no more connections, lets running requests end (Limits::stop_grace), and waits for the threads' end.
    void stop();

    struct Impl; // server/http/impl
private:
    std::unique_ptr<Impl> impl_;
};

} // namespace farboot::server::http
