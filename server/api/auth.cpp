#include "server/api/auth.hpp"

#include "server/catalog/sessions.hpp"
#include "server/catalog/tokens.hpp"
#include "server/trust/secret.hpp"

namespace farboot::server::api
{

using boost::asio::awaitable;
using http::Method;
using http::Request;
using http::Response;

namespace
{

constexpr std::string_view bearer = "Bearer ";
constexpr std::size_t max_secret = 256;

Response login_needed()
{
    return http::error(401, "login-needed", "Log in first.").with("WWW-Authenticate", "Bearer");
}

awaitable<std::expected<Principal, Response>> by_token(const Context& context, std::string secret)
{
    if (secret.empty() || secret.size() > max_secret)
        co_return std::unexpected(login_needed());
    const auto now = context.now();
    auto found = co_await context.database.read([&](catalog::Connection& connection) -> std::optional<Principal> {
        const auto token = catalog::token_of_secret(connection, secret, now);
        if (!token)
            return std::nullopt;
        Principal principal{.name = token->user ? token->user_name : "token " + token->name, .csrf = {}};
        principal.author.user = token->user_name;
        principal.author.token = token->name;
        principal.rights = token->scope;
        if (token->user) {
            principal.user = *token->user;
            principal.limit = token->scope;
            principal.rights = catalog::rights_of_user(connection, *token->user);
        }
        return principal;
    });
    if (!found)
        co_return std::unexpected(login_needed());
    co_return std::move(*found);
}

awaitable<std::expected<Principal, Response>> by_cookie(const Context& context, const Request& request)
{
    const std::string secret(request.cookie(cookie_name).value_or(""));
    if (secret.empty() || secret.size() > max_secret)
        co_return std::unexpected(login_needed());
    const auto now = context.now();
    auto found = co_await context.database.read([&](catalog::Connection& connection) -> std::optional<Principal> {
        const auto session = catalog::find_session(connection, secret, now);
        if (!session)
            return std::nullopt;
        Principal principal{.name = session->user_name, .csrf = session->csrf};
        principal.user = session->user;
        principal.author.user = session->user_name;
        principal.own_password = session->local;
        principal.rights = catalog::rights_of_user(connection, session->user);
        return principal;
    });
    if (!found)
        co_return std::unexpected(login_needed());
    const bool changes = request.method != Method::get && request.method != Method::head;
    if (changes && !same_secret(request.header("x-farboot-csrf").value_or(""), found->csrf))
        co_return std::unexpected(
            http::error(403, "csrf-wrong", "The request did not come from this session's page: load it again."));
    co_return std::move(*found);
}

/// Who asks, if he has the right, for everything or anywhere; otherwise the answer.
awaitable<std::expected<Principal, Response>> admitted(const Context& context, const Request& request, Right right,
                                                       bool everywhere)
{
    auto principal = co_await who_asks(context, request);
    if (!principal)
        co_return principal;
    if (everywhere ? principal->may(right) : principal->may_somewhere(right))
        co_return principal;
    co_return std::unexpected(http::error(403, right_missing(right, everywhere ? "for everything" : "somewhere")));
}

http::Handler with_right(const Context& context, Right right, bool everywhere, UserHandler handler)
{
    return [&context, right, everywhere, handler = std::move(handler)](const Request& request) -> awaitable<Response> {
        auto principal = co_await admitted(context, request, right, everywhere);
        if (!principal)
            co_return std::move(principal.error());
        co_return co_await handler(request, *principal);
    };
}

} // namespace

awaitable<std::expected<Principal, Response>> who_asks(const Context& context, const Request& request)
{
    const auto header = request.header("authorization");
    std::expected<Principal, Response> principal = std::unexpected(login_needed());
    if (!header)
        principal = co_await by_cookie(context, request);
    else if (header->starts_with(bearer))
        principal = co_await by_token(context, std::string(header->substr(bearer.size())));
    if (principal) {
        request.who =
            (principal->author.user.empty() ? "token:" + principal->author.token : "user:" + principal->author.user);
        principal->author.address = request.client;
        principal->author.at = context.now();
    }
    co_return principal;
}

http::Handler for_users(const Context& context, UserHandler handler)
{
    return [&context, handler = std::move(handler)](const Request& request) -> awaitable<Response> {
        auto principal = co_await who_asks(context, request);
        if (!principal)
            co_return std::move(principal.error());
        co_return co_await handler(request, *principal);
    };
}

http::Handler for_users_with(const Context& context, Right right, UserHandler handler)
{
    return with_right(context, right, true, std::move(handler));
}

http::Handler for_users_with_some(const Context& context, Right right, UserHandler handler)
{
    return with_right(context, right, false, std::move(handler));
}

namespace
{

http::UploadHandler uploads_with_right(const Context& context, Right right, bool everywhere, UserUploadHandler handler)
{
    return [&context, right, everywhere, handler = std::move(handler)](const Request& request,
                                                                       http::BodyReader& body) -> awaitable<Response> {
        auto principal = co_await admitted(context, request, right, everywhere);
        if (!principal)
            co_return std::move(principal.error());
        co_return co_await handler(request, body, *principal);
    };
}

} // namespace

http::UploadHandler uploads_for_users_with_some(const Context& context, Right right, UserUploadHandler handler)
{
    return uploads_with_right(context, right, false, std::move(handler));
}

http::UploadHandler uploads_for_users_with(const Context& context, Right right, UserUploadHandler handler)
{
    return uploads_with_right(context, right, true, std::move(handler));
}

} // namespace farboot::server::api
