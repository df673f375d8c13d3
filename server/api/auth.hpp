#pragma once

#include "server/api/context.hpp"
#include "server/http/router.hpp"

#include <string>

namespace farboot::server::api
{

/// The session's cookie. The prefix makes browsers insist on Secure, Path=/ and no Domain.
inline constexpr std::string_view cookie_name = "__Host-farboot";

/// Whoever has logged in.
struct Principal {
    std::string name;
    std::string csrf; ///< empty for bearer tokens
};

using AdminHandler = std::function<boost::asio::awaitable<http::Response>(const http::Request&, const Principal&)>;

using AdminUploadHandler =
    std::function<boost::asio::awaitable<http::Response>(const http::Request&, http::BodyReader&, const Principal&)>;

/// Who asks, if he has logged in; otherwise the answer that says so.
[[nodiscard]] boost::asio::awaitable<std::expected<Principal, http::Response>> who_asks(const Context& context,
                                                                                        const http::Request& request);

/// Lets admins through only: others get 401, and 403 who change something with a cookie but without the session's
/// X-Farboot-Csrf.
[[nodiscard]] http::Handler for_admins(const Context& context, AdminHandler handler);
/// The same; nothing of the body is read before.
[[nodiscard]] http::UploadHandler uploads_for_admins(const Context& context, AdminUploadHandler handler);

} // namespace farboot::server::api
