#pragma once

#include "server/api/context.hpp"
#include "server/http/request.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace farboot::server::api
{

/// May whoever asks read what is for this audience: by the address, or, with the session of a PC, by its location if it
/// is enrolled, or by the right of who has logged in there (docs/restricted.md)? The empty audience is everybody.
[[nodiscard]] boost::asio::awaitable<bool> belongs_to(const Context& context, const http::Request& request,
                                                      const std::string& audience);

} // namespace farboot::server::api
