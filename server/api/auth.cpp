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
    auto name = co_await context.database.read(
        [&](catalog::Connection& connection) { return catalog::find_token(connection, secret); });
    if (!name)
        co_return std::unexpected(login_needed());
    Principal principal{"token " + *name, {}}; // named: g++ 12 destroys a braced aggregate that is returned here twice
    co_return principal;
}

awaitable<std::expected<Principal, Response>> by_cookie(const Context& context, const Request& request)
{
    const std::string secret(request.cookie(cookie_name).value_or(""));
    if (secret.empty() || secret.size() > max_secret)
        co_return std::unexpected(login_needed());
    const auto now = context.now();
    auto session = co_await context.database.read(
        [&](catalog::Connection& connection) { return catalog::find_session(connection, secret, now); });
    if (!session)
        co_return std::unexpected(login_needed());
    const bool changes = request.method != Method::get && request.method != Method::head;
    if (changes && !same_secret(request.header("x-farboot-csrf").value_or(""), session->csrf))
        co_return std::unexpected(
            http::error(403, "csrf-wrong", "The request did not come from this session's page: load it again."));
    Principal principal{session->account, session->csrf};
    co_return principal;
}

} // namespace

awaitable<std::expected<Principal, Response>> who_asks(const Context& context, const Request& request)
{
    const auto header = request.header("authorization");
    if (!header)
        co_return co_await by_cookie(context, request);
    if (header->starts_with(bearer))
        co_return co_await by_token(context, std::string(header->substr(bearer.size())));
    co_return std::unexpected(login_needed());
}

http::Handler for_admins(const Context& context, AdminHandler handler)
{
    return [&context, handler = std::move(handler)](const Request& request) -> awaitable<Response> {
        auto principal = co_await who_asks(context, request);
        if (!principal)
            co_return std::move(principal.error());
        co_return co_await handler(request, *principal);
    };
}

http::UploadHandler uploads_for_admins(const Context& context, AdminUploadHandler handler)
{
    return [&context, handler = std::move(handler)](const Request& request,
                                                    http::BodyReader& body) -> awaitable<Response> {
        auto principal = co_await who_asks(context, request);
        if (!principal)
            co_return std::move(principal.error());
        co_return co_await handler(request, body, *principal);
    };
}

} // namespace farboot::server::api
