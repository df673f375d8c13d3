#pragma once

#include "server/api/context.hpp"
#include "server/catalog/audit.hpp"
#include "server/catalog/grants.hpp"
#include "server/http/router.hpp"
#include "server/people/rights.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// Who asks, and what he may do. Each route that is not for everybody goes through one of the wrappers below, and names
/// the right that it needs; where a right may hold for some places only, its handler checks the place as well, in the
/// transaction that changes something (docs/users.md).
namespace farboot::server::api
{

using people::Right;

/// The session's cookie. The prefix makes browsers insist on Secure, Path=/ and no Domain.
inline constexpr std::string_view cookie_name = "__Host-farboot";

/// Whoever has logged in.
struct Principal {
    std::string name;                      ///< of the user; of a token without one: "token " and its name
    std::string csrf;                      ///< empty for bearer tokens
    std::int64_t user = 0;                 ///< 0: a token of the server's own
    people::Rights rights{};               ///< the user's
    std::optional<people::Rights> limit{}; ///< the token's scope: both must allow it
    bool own_password = false;             ///< a session of somebody whose password is kept here
    catalog::Author author{};              ///< for the audit log: log_change(connection, principal.author, …)

    /// For everything.
    [[nodiscard]] bool may(Right right) const;
    /// For anything at all.
    [[nodiscard]] bool may_somewhere(Right right) const;
    /// At a location or one above it; without a location: for everything. Asks the database for what is above.
    [[nodiscard]] bool may_at(catalog::Connection& connection, Right right,
                              const std::optional<std::int64_t>& location) const;
    /// The same with the path of the location, from the location itself to the root.
    [[nodiscard]] bool may_at(Right right, std::span<const std::int64_t> path) const;
    /// For one thing that is at no location: people::entry_object(12).
    [[nodiscard]] bool may_on(Right right, std::string_view object) const;

    // The same for use in transactions: reason right-missing, which refused() makes a 403 of.
    [[nodiscard]] Result<void> need(Right right) const;
    [[nodiscard]] Result<void> need_at(catalog::Connection& connection, Right right,
                                       const std::optional<std::int64_t>& location) const;
    [[nodiscard]] Result<void> need_on(Right right, std::string_view object) const;
    /// He has all that `others` allow: otherwise he could raise himself through them.
    [[nodiscard]] Result<void> need_all_of(catalog::Connection& connection, const people::Rights& others) const;
};

using UserHandler = std::function<boost::asio::awaitable<http::Response>(const http::Request&, const Principal&)>;

using UserUploadHandler =
    std::function<boost::asio::awaitable<http::Response>(const http::Request&, http::BodyReader&, const Principal&)>;

/// Who asks, if he has logged in; otherwise the answer that says so.
[[nodiscard]] boost::asio::awaitable<std::expected<Principal, http::Response>> who_asks(const Context& context,
                                                                                        const http::Request& request);

/// Lets through whoever has logged in: others get 401, and 403 who change something with a cookie but without the
/// session's X-Farboot-Csrf. For what concerns a user himself only.
[[nodiscard]] http::Handler for_users(const Context& context, UserHandler handler);
/// Lets through who has the right for everything: others get 403.
[[nodiscard]] http::Handler for_users_with(const Context& context, Right right, UserHandler handler);
/// Lets through who has the right anywhere. The handler must check the place: may_at(), need_at(), need_on() …
[[nodiscard]] http::Handler for_users_with_some(const Context& context, Right right, UserHandler handler);
/// The same; nothing of the body is read before.
[[nodiscard]] http::UploadHandler uploads_for_users_with_some(const Context& context, Right right,
                                                              UserUploadHandler handler);

/// The same for who has the right for everything.
[[nodiscard]] http::UploadHandler uploads_for_users_with(const Context& context, Right right,
                                                         UserUploadHandler handler);

/// 403 right-missing, for what is no transaction. `where`: "for everything".
[[nodiscard]] Error right_missing(Right right, std::string_view where);

} // namespace farboot::server::api
