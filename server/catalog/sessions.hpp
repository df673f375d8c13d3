#pragma once

#include "server/catalog/connection.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// Logins by cookie. The database has the hashes of the cookies only.
namespace farboot::catalog
{

inline constexpr std::chrono::hours session_life{12};

struct Session {
    std::string account;
    std::string csrf;
};

/// `secret` is what goes into the cookie. Removes sessions that are over. Runs in a write transaction.
[[nodiscard]] Result<void> create_session(Connection& connection, std::string_view secret, const Session& session,
                                          std::chrono::sys_seconds now);
[[nodiscard]] std::optional<Session> find_session(Connection& connection, std::string_view secret,
                                                  std::chrono::sys_seconds now);
[[nodiscard]] Result<void> end_session(Connection& connection, std::string_view secret);

} // namespace farboot::catalog
