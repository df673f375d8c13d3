#include "server/api/login.hpp"

#include "server/catalog/sessions.hpp"
#include "server/trust/secret.hpp"

namespace farboot::server::api
{

boost::asio::awaitable<Login> begin_login(const Context& context, const people::User& user)
{
    const catalog::Session session{.user = user.id, .user_name = user.name, .csrf = fresh_secret()};
    const auto now = context.now();
    Login login{.principal = {.name = user.name, .csrf = session.csrf}, .secret = fresh_secret()};
    login.principal.own_password = user.source == people::Source::local;
    co_await context.database.write([&](catalog::Connection& connection) {
        login.principal.rights = catalog::rights_of_user(connection, user.id);
        return create_session(connection, login.secret, session, now);
    });
    co_return login;
}

std::string session_cookie(std::string_view secret)
{
    const auto life = secret.empty() ? std::chrono::seconds(0) : std::chrono::seconds(catalog::session_life);
    return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; Secure; SameSite=Strict", cookie_name, secret,
                       life.count());
}

} // namespace farboot::server::api
