#include "server/api/auth.hpp"
#include "server/api/login.hpp"
#include "server/api/routes.hpp"

#include "server/catalog/directory_login.hpp"
#include "server/catalog/sessions.hpp"
#include "server/catalog/users.hpp"
#include "server/directory/filter.hpp"
#include "server/trust/password.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

namespace farboot::server::api
{

using boost::asio::awaitable;
using http::Method;
using http::Request;
using http::Response;

namespace
{

/// Who one is, and what he may do.
nlohmann::json session_json(const Principal& principal)
{
    nlohmann::json body{{"user", principal.name},
                        {"csrf", principal.csrf},
                        {"rights", principal.rights.to_json()},
                        {"own_password", principal.own_password}};
    if (!principal.author.token.empty())
        body["token"] = principal.author.token;
    if (principal.limit)
        body["scope"] = principal.limit->to_json();
    return body;
}

/// Who has logged in, or the answer to somebody who has not.
using LoggedIn = std::expected<people::User, Response>;

Response login_wrong()
{
    return http::error(401, "login-wrong", "User and password do not fit.");
}

/// By the password that is kept here. Takes as long for a user whom nobody knows.
awaitable<LoggedIn> log_in_here(const Context& context, std::string name, std::string password)
{
    struct Found {
        std::optional<people::User> user;
        std::string hash;
    };
    Found found;
    if (people::is_user_name(name))
        found = co_await context.database.read([&](catalog::Connection& connection) {
            return Found{catalog::find_user_named(connection, name),
                         catalog::password_hash(connection, name).value_or("")};
        });
    const bool right = co_await context.hashing.run([&](std::size_t) { return check_password(found.hash, password); });
    if (!right || !found.user)
        co_return std::unexpected(login_wrong());
    co_return std::move(*found.user);
}

/// By the directory's password. Whom no group of his gives a right is not let in.
awaitable<LoggedIn> log_in_there(const Context& context, std::string name, std::string password, std::string address)
{
    const auto person =
        co_await context.asking->run([&](std::size_t) { return context.directory->log_in(name, password); });
    if (!person) {
        spdlog::warn("event=directory user=\"{}\" error=\"{}\"", name, person.error().sentence);
        if (person.error().reason == "login-wrong")
            co_return std::unexpected(login_wrong());
        co_return std::unexpected(http::error(503, "directory-unreachable",
                                              "The directory, which knows the passwords, cannot be asked at the "
                                              "moment. The server's log says why.")
                                      .with("Retry-After", "30"));
    }
    const catalog::Author author{.user = name, .token = {}, .address = address, .at = context.now()};
    auto user = co_await context.database.write([&](catalog::Connection& connection) {
        return catalog::log_in_from_directory(connection, author, name, person->full_name, person->groups, normal_dn);
    });
    if (!user && user.error().reason == "name-taken")
        co_return std::unexpected(http::error(403, user.error()));
    if (!user || !*user)
        co_return std::unexpected(
            http::error(403, "login-refused",
                        "The directory knows you, but neither you nor any of your groups is known "
                        "here. Whoever manages users can change that."));
    co_return std::move(**user);
}

/// A user of this server's own is never looked for in the directory: who is in that under an admin's name is not he.
awaitable<LoggedIn> check_login(const Context& context, std::string name, std::string password, std::string address)
{
    bool here = !context.directory || !people::is_user_name(name);
    if (!here)
        here = co_await context.database.read([&](catalog::Connection& connection) {
            const auto known = catalog::find_user_named(connection, name);
            return known && known->source == people::Source::local;
        });
    if (here)
        co_return co_await log_in_here(context, std::move(name), std::move(password));
    co_return co_await log_in_there(context, std::move(name), std::move(password), std::move(address));
}

awaitable<Response> log_in(const Context& context, const Request& request)
{
    // Another site's form cannot send this type, so that nobody is logged in as somebody else behind his back.
    if (!request.header("content-type").value_or("").starts_with("application/json"))
        co_return http::error(415, "type-unsupported", "Send application/json.");
    const auto body = nlohmann::json::parse(request.body, nullptr, false);
    const auto text = [&body](const char* name) -> std::string {
        const auto member = body.is_object() ? body.find(name) : body.end();
        return body.is_object() && member != body.end() && member->is_string() ? member->get<std::string>()
                                                                               : std::string();
    };
    std::string user = text("user");
    for (auto& c : user) // as directories do
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const std::string password = text("password");
    if (user.empty() || password.empty() || user.size() > max_password || password.size() > max_password)
        co_return http::error(400, "json-malformed", "A login is {\"user\": …, \"password\": …}.");
    const std::string key = network_of(request.client) + " " + user;
    const auto wait = context.throttle.wait(key, std::chrono::steady_clock::now());
    if (wait.count() > 0)
        co_return http::error(429, "too-many-logins",
                              fmt::format("Too many logins have failed: try again in {} seconds.", wait.count()))
            .with("Retry-After", std::to_string(wait.count()));
    // Counted before the check, so that many guesses at the same time gain nothing.
    context.throttle.failed(key, std::chrono::steady_clock::now());
    auto known = co_await check_login(context, user, password, request.client);
    if (!known)
        co_return std::move(known.error());
    context.throttle.forget(key);
    const auto login = co_await begin_login(context, *known);
    co_return http::json(200, session_json(login.principal)).with("Set-Cookie", session_cookie(login.secret));
}

awaitable<Response> log_out(const Context& context, const Request& request)
{
    const std::string secret(request.cookie(cookie_name).value_or(""));
    co_await context.database.write(
        [&](catalog::Connection& connection) { return catalog::end_session(connection, secret); });
    co_return http::no_content().with("Set-Cookie", session_cookie(""));
}

/// How one may log in: what a page offers to somebody who has not.
awaitable<Response> get_ways(const Context& context)
{
    nlohmann::json body{{"provider", nullptr}};
    if (context.provider != nullptr)
        body["provider"] = {
            {"label", {{"de", context.provider->settings().label_de}, {"en", context.provider->settings().label_en}}}};
    co_return http::json(200, body);
}

awaitable<Response> get_session(const Principal& principal)
{
    co_return http::json(200, session_json(principal));
}

} // namespace

void add_session_routes(http::Router& router, const Context& context)
{
    const std::string path = "/api/v1/session";
    router.add(Method::get, "/api/v1/login", [&context](const Request&) { return get_ways(context); });
    router.add(Method::post, path, [&context](const Request& request) { return log_in(context, request); }, 4096);
    router.add(Method::get, path,
               for_users(context, [](const Request&, const Principal& principal) { return get_session(principal); }));
    router.add(Method::remove, path, for_users(context, [&context](const Request& request, const Principal&) {
                   return log_out(context, request);
               }));
}

} // namespace farboot::server::api
