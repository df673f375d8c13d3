#pragma once

#include "server/api/auth.hpp"
#include "server/people/user.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace farboot::server::api
{

/// A session that has begun.
struct Login {
    Principal principal;
    std::string secret; ///< for the cookie
};

/// Begins the session of somebody who has proved who he is.
[[nodiscard]] boost::asio::awaitable<Login> begin_login(const Context& context, const people::User& user);

/// The Set-Cookie that keeps the session, or with no secret ends it.
[[nodiscard]] std::string session_cookie(std::string_view secret);

} // namespace farboot::server::api
