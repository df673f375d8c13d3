#include "server/api/login.hpp"
#include "server/api/routes.hpp"

#include "server/catalog/directory_login.hpp"
#include "server/oidc/provider.hpp"
#include "server/trust/secret.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

/// Log-in by an OpenID Connect provider, for the pages (docs/users.md): the browser goes to the provider, and comes
/// back with a code that this server changes into an identity. What belongs together is in a cookie meanwhile, so that
/// any server of the catalog can go on, and nobody can make this one remember anything.
namespace farboot::server::api
{

using boost::asio::awaitable;
using http::Method;
using http::Request;
using http::Response;

namespace
{

/// Lax: it must come along when the provider sends the browser back.
constexpr std::string_view attempt_cookie = "__Host-farboot-oidc";
constexpr std::size_t max_code = 4096;

struct Attempt {
    OidcAttempt secrets;
    std::string to; ///< the page that goes on
};

/// One of our own pages, in characters that stay themselves in a cookie and a header.
bool is_page(std::string_view to)
{
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("/?=&-_").find(c) != std::string_view::npos;
    };
    return (to.starts_with("/admin/") || to.starts_with("/account/")) && to.size() <= 200 &&
           to.find("//") == std::string_view::npos && std::ranges::all_of(to, fits);
}

std::string keep(const Attempt& attempt)
{
    return fmt::format("{}={}.{}.{}.{}; Path=/; Max-Age=900; HttpOnly; Secure; SameSite=Lax", attempt_cookie,
                       attempt.secrets.state, attempt.secrets.nonce, attempt.secrets.verifier, attempt.to);
}

std::string forget()
{
    return fmt::format("{}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax", attempt_cookie);
}

/// What the cookie keeps; the page is always one.
Attempt kept(const Request& request)
{
    Attempt attempt;
    std::string_view rest = request.cookie(attempt_cookie).value_or("");
    for (auto* part : {&attempt.secrets.state, &attempt.secrets.nonce, &attempt.secrets.verifier}) {
        const auto end = std::min(rest.find('.'), rest.size());
        *part = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    attempt.to = is_page(rest) ? rest : "/admin/";
    return attempt;
}

/// Back to the page, which has a sentence for each of these codes.
Response failed(const Attempt& attempt, std::string_view code)
{
    auto response = http::redirect(
        fmt::format("{}{}login={}", attempt.to, attempt.to.find('?') == std::string::npos ? "?" : "&", code));
    response.code = code;
    return std::move(response).with("Set-Cookie", forget());
}

std::string back_to(const Context& context, const Request& request)
{
    return context.hosts.origin(request) + "/api/v1/oidc/callback";
}

awaitable<Response> start(const Context& context, const Request& request)
{
    if (context.provider == nullptr)
        co_return http::error(404, "not-found", "Nobody logs in by OpenID Connect here.");
    Attempt attempt{OidcAttempt::fresh(), std::string(request.target.parameter("to").value_or("/admin/"))};
    if (!is_page(attempt.to))
        co_return http::error(400, "parameter-malformed", "to must be one of this server's pages.", "to");
    const auto back = back_to(context, request);
    const auto address =
        co_await context.asking->run([&](std::size_t) { return context.provider->address(attempt.secrets, back); });
    if (!address) {
        spdlog::warn("event=oidc error=\"{}\"", address.error().sentence);
        co_return failed(attempt, "provider-unreachable");
    }
    co_return http::redirect(*address).with("Set-Cookie", keep(attempt));
}

/// What a page tells somebody who could not log in.
std::string_view code_for(const Error& error)
{
    if (error.reason == "login-refused" || error.reason == "name-taken" || error.reason == "name-malformed")
        return error.reason == "name-taken" ? "name-taken" : "login-refused";
    return error.reason == "oidc-unreachable" ? "provider-unreachable" : "provider-refused";
}

/// Whom the provider has logged in, as a user here.
awaitable<Result<people::User>> identify(const Context& context, const Request& request, const Attempt& attempt,
                                         const std::string& code)
{
    const auto back = back_to(context, request);
    const auto now = context.now();
    const auto identity = co_await context.asking->run(
        [&](std::size_t) { return context.provider->identity(attempt.secrets, code, back, now); });
    if (!identity)
        co_return std::unexpected(identity.error());
    const catalog::Author author{.user = identity->name, .token = {}, .address = request.client, .at = now};
    auto user = co_await context.database.write([&](catalog::Connection& connection) {
        return catalog::log_in_from_provider(connection, author, identity->subject, identity->name, identity->full_name,
                                             identity->groups);
    });
    if (!user)
        co_return std::unexpected(user.error());
    if (!*user)
        co_return fail("login-refused", "{} has no right here.", identity->name);
    co_return std::move(**user);
}

awaitable<Response> callback(const Context& context, const Request& request)
{
    if (context.provider == nullptr)
        co_return http::error(404, "not-found", "Nobody logs in by OpenID Connect here.");
    const auto attempt = kept(request);
    const auto given = [&](const char* name) { return std::string(request.target.parameter(name).value_or("")); };
    // Before anything else: another site may have sent the browser here, with a code of somebody else's.
    if (attempt.secrets.verifier.empty() || !same_secret(given("state"), attempt.secrets.state))
        co_return failed(attempt, "login-stale");
    if (const auto error = given("error"); !error.empty()) {
        spdlog::info("event=oidc refused=\"{}\"", error.substr(0, 100));
        co_return failed(attempt, error == "access_denied" ? "login-cancelled" : "provider-refused");
    }
    const auto code = given("code");
    if (code.empty() || code.size() > max_code)
        co_return failed(attempt, "login-stale");
    const std::string key = network_of(request.client) + " oidc";
    if (context.throttle.wait(key, std::chrono::steady_clock::now()).count() > 0)
        co_return failed(attempt, "too-many-logins");
    context.throttle.failed(key, std::chrono::steady_clock::now());
    const auto user = co_await identify(context, request, attempt, code);
    if (!user) {
        spdlog::warn("event=oidc reason={} error=\"{}\"", user.error().reason, user.error().sentence);
        co_return failed(attempt, code_for(user.error()));
    }
    context.throttle.forget(key);
    const auto login = co_await begin_login(context, *user);
    co_return http::redirect(attempt.to).with("Set-Cookie", session_cookie(login.secret)).with("Set-Cookie", forget());
}

} // namespace

void add_oidc_routes(http::Router& router, const Context& context)
{
    router.add(Method::get, "/api/v1/oidc/start",
               [&context](const Request& request) { return start(context, request); });
    router.add(Method::get, "/api/v1/oidc/callback",
               [&context](const Request& request) { return callback(context, request); });
}

} // namespace farboot::server::api
