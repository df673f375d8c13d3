#pragma once

#include "server/catalog/connection.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Logins by cookie. The database has the hashes of the cookies only.
namespace farboot::catalog
{

inline constexpr std::chrono::hours session_life{12};

struct Session {
    std::int64_t user = 0;
    std::string user_name; ///< not written
    std::string csrf;
    bool local = false; ///< the user's password is kept here; not written
};

/// `secret` is what goes into the cookie. Removes sessions that are over. Runs in a write transaction.
[[nodiscard]] Result<void> create_session(Connection& connection, std::string_view secret, const Session& session,
                                          std::chrono::sys_seconds now);
/// Nothing, too, for a user who may not log in any more.
[[nodiscard]] std::optional<Session> find_session(Connection& connection, std::string_view secret,
                                                  std::chrono::sys_seconds now);
[[nodiscard]] Result<void> end_session(Connection& connection, std::string_view secret);
/// All of a user's but the one with this secret; an empty one spares none.
void end_other_sessions(Connection& connection, std::int64_t user, std::string_view secret);

} // namespace farboot::catalog
