#pragma once

#include "server/http/proxies.hpp"
#include "server/http/request.hpp"
#include "server/http/response.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

namespace farboot::server::http
{

/// Reasons: request-malformed (no Host, or two), target-malformed. `peer` has connected; the client is another when
/// that is a proxy.
[[nodiscard]] Result<Request> to_request(const boost::beast::http::request_header<>& header, std::string_view peer,
                                         const Proxies& proxies, const boost::asio::ip::tcp::endpoint& local, bool tls);
/// 16 hexadecimal digits that no other request has.
[[nodiscard]] std::string fresh_request_id();

/// Status line and fields, up to the empty line.
[[nodiscard]] std::string header_text(const Response& response, bool keep);

} // namespace farboot::server::http
