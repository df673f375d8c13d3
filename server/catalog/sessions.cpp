#include "server/catalog/sessions.hpp"

#include "rootfs/base/digest.hpp"
#include "server/base/lasting.hpp"

namespace farboot::catalog
{

namespace
{

/// Secrets are 256 random bits: a plain hash is enough to keep a stolen database from being a stolen login.
QVariant hashed(std::string_view secret)
{
    return value(sha256(as_bytes(secret)).hex());
}

QVariant seconds(std::chrono::sys_seconds time)
{
    return value(static_cast<std::int64_t>(time.time_since_epoch().count()));
}

} // namespace

Result<void> create_session(Connection& connection, std::string_view secret, const Session& session,
                            std::chrono::sys_seconds now)
{
    connection.run("session-delete-over", {{":now", seconds(now)}});
    connection.run("session-insert", {{":hash", hashed(secret)},
                                      {":person", value(session.user)},
                                      {":csrf", value(session.csrf)},
                                      {":expires", seconds(now + session_life)}});
    return {};
}

std::optional<Session> find_session(Connection& connection, std::string_view secret, std::chrono::sys_seconds now)
{
    auto row = connection.run("session", {{":hash", hashed(secret)},
                                          {":now", seconds(now)},
                                          {":latest", seconds(server::latest_end(now, session_life))}});
    if (!row.next())
        return std::nullopt;
    return Session{.user = number_of(row, "id"),
                   .user_name = text_of(row, "name"),
                   .csrf = text_of(row, "csrf"),
                   .local = text_of(row, "source") == "local"};
}

Result<void> end_session(Connection& connection, std::string_view secret)
{
    connection.run("session-delete", {{":hash", hashed(secret)}});
    return {};
}

void end_other_sessions(Connection& connection, std::int64_t user, std::string_view secret)
{
    connection.run("session-delete-others", {{":person", value(user)}, {":hash", hashed(secret)}});
}

} // namespace farboot::catalog
