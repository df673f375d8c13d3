#include "server/api/resource.hpp"

#include "server/catalog/users.hpp"
#include "server/trust/password.hpp"

#include <system_error>

namespace farboot::server::api
{

using boost::asio::awaitable;
using catalog::Connection;
using http::Method;
using http::Request;
using http::Response;

namespace
{

constexpr std::uint64_t max_passwords = 4096; ///< bytes of a body

/// A password in a body, or the answer that it is none.
std::expected<std::string, Response> password_in(const nlohmann::json& body, const char* name)
{
    const auto member = body.is_object() ? body.find(name) : body.end();
    const auto text =
        body.is_object() && member != body.end() && member->is_string() ? member->get<std::string>() : std::string();
    if (text.size() < min_password || text.size() > max_password)
        return std::unexpected(http::error(
            400, "password-length", fmt::format("A password has {} to {} bytes.", min_password, max_password), name));
    return text;
}

/// No longer true.
void forget_first_password(const Context& context, const std::string& user)
{
    std::error_code ignored;
    if (user == "admin" && !context.first_password.empty())
        std::filesystem::remove(context.first_password, ignored);
}

awaitable<Response> set_others(const Context& context, const Request& request, const Principal& principal)
{
    const auto password = password_in(nlohmann::json::parse(request.body, nullptr, false), "password");
    if (!password)
        co_return password.error();
    const auto id = id_of(request);
    const auto hash = co_await context.hashing.run([&](std::size_t) { return hash_password(*password); });
    std::string name;
    const auto set = co_await context.database.write([&](Connection& connection) -> Result<void> {
        if (const auto user = catalog::find_user(connection, id))
            name = user->name;
        if (auto may = principal.need_all_of(connection, catalog::rights_of_user(connection, id)); !may)
            return may;
        auto done = catalog::set_password(connection, id, hash, {});
        if (done)
            log_change(connection, principal.author, "set password", fmt::format("user:{}", id), nullptr,
                       {{"name", name}});
        return done;
    });
    if (!set)
        co_return refused(set.error());
    forget_first_password(context, name);
    co_return http::no_content();
}

/// The old one proves that it is not somebody at a PC that was left alone. It is guessed no faster than at the log-in.
awaitable<Response> set_own(const Context& context, const Request& request, const Principal& principal)
{
    if (!principal.own_password)
        co_return http::error(403, "session-needed",
                              "Only who has logged in with a password that is kept here can change it.");
    const auto body = nlohmann::json::parse(request.body, nullptr, false);
    const auto old = body.is_object() && body.contains("old") && body["old"].is_string()
                         ? body["old"].get<std::string>()
                         : std::string();
    const auto fresh = password_in(body, "new");
    if (!fresh)
        co_return fresh.error();
    const std::string key = network_of(request.client) + " " + principal.name;
    const auto wait = context.throttle.wait(key, std::chrono::steady_clock::now());
    if (wait.count() > 0)
        co_return http::error(429, "too-many-logins",
                              fmt::format("Too many passwords were wrong: try again in {} seconds.", wait.count()))
            .with("Retry-After", std::to_string(wait.count()));
    context.throttle.failed(key, std::chrono::steady_clock::now());
    const auto known = co_await context.database.read(
        [&](Connection& connection) { return catalog::password_hash(connection, principal.name).value_or(""); });
    const auto hash = co_await context.hashing.run([&](std::size_t) {
        return old.size() <= max_password && check_password(known, old) ? hash_password(*fresh) : std::string();
    });
    if (hash.empty())
        co_return http::error(403, "password-wrong", "The old password is not right.", "old");
    context.throttle.forget(key);
    const std::string secret(request.cookie(cookie_name).value_or(""));
    const auto set = co_await context.database.write([&](Connection& connection) {
        auto done = catalog::set_password(connection, principal.user, hash, secret);
        if (done)
            log_change(connection, principal.author, "set password", fmt::format("user:{}", principal.user), nullptr,
                       {{"name", principal.name}});
        return done;
    });
    if (!set)
        co_return refused(set.error());
    forget_first_password(context, principal.name);
    co_return http::no_content();
}

} // namespace

void add_password_routes(http::Router& router, const Context& context)
{
    router.add(Method::put, "/api/v1/session/password",
               for_users(context, [&context](const Request& r, const Principal& p) { return set_own(context, r, p); }),
               max_passwords);
    router.add(Method::put, "/api/v1/users/{id}/password",
               for_users_with(context, Right::manage_users,
                              [&context](const Request& r, const Principal& p) { return set_others(context, r, p); }),
               max_passwords);
}

} // namespace farboot::server::api
