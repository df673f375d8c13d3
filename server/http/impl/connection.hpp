#pragma once

#include "server/http/impl/rates.hpp"
#include "server/http/limits.hpp"
#include "server/http/observer.hpp"
#include "server/http/proxies.hpp"
#include "server/http/router.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace farboot::server::http
{

/// What all connections share.
struct Shared {
    const Router& router;
    const Limits& limits;
    const Proxies& proxies;
    Rates& rates;
    Observer* observer;
    std::atomic<bool> stopping = false;
};

/// One connection, as the server sees it. Both members are used on the connection's own executor only.
struct Session {
    std::string client;          ///< address
    std::function<void()> close; ///< empty once the connection has ended
    bool idle = false;           ///< between two requests: may be closed at once
};

/// Serves the connection to its end. `tls` null: plain HTTP.
boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket, std::shared_ptr<boost::asio::ssl::context> tls,
                                   std::shared_ptr<Session> session, const Shared& shared);

} // namespace farboot::server::http
