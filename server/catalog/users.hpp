#pragma once

#include "server/catalog/connection.hpp"
#include "server/people/user.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Who logs in. What changes something runs in a write transaction.
namespace farboot::catalog
{

/// By name.
[[nodiscard]] std::vector<people::User> list_users(Connection& connection);
[[nodiscard]] std::optional<people::User> find_user(Connection& connection, std::int64_t id);
[[nodiscard]] std::optional<people::User> find_user_named(Connection& connection, std::string_view name);
/// By what the OpenID Connect provider calls him.
[[nodiscard]] std::optional<people::User> find_user_of_subject(Connection& connection, std::string_view subject);
[[nodiscard]] bool has_users(Connection& connection);

/// A local one, without a password, so that he cannot log in yet. Gives it with its id. Reasons: name-taken,
/// group-unknown, role-unknown, role-location-unknown, too-many.
[[nodiscard]] Result<people::User> create_user(Connection& connection, people::User user);
/// `if_match`: an If-Match header. One who is disabled has no sessions any more. Reasons: not-found, changed-meanwhile,
/// last-manager, and those of create_user().
[[nodiscard]] Result<people::User> update_user(Connection& connection, std::int64_t id, std::string_view if_match,
                                               people::User user);
/// With his sessions and tokens. Reasons: not-found, changed-meanwhile, last-manager.
[[nodiscard]] Result<void> remove_user(Connection& connection, std::int64_t id, std::string_view if_match);

/// Of a local user who may log in and has one.
[[nodiscard]] std::optional<std::string> password_hash(Connection& connection, std::string_view name);
/// Ends his sessions, all but the one with the secret `but`. Reasons: not-found, not-local.
[[nodiscard]] Result<void> set_password(Connection& connection, std::int64_t id, std::string_view hash,
                                        std::string_view but);
/// For the server's command line, which everything may be done with: a user of this name with this password and all
/// rights, whatever was there before. Reason: name-malformed.
[[nodiscard]] Result<people::User> set_admin(Connection& connection, std::string_view name, std::string_view hash);

/// At least one local user with a password may manage users. Whatever could have ended that asks here at its end.
/// Reason: last-manager.
[[nodiscard]] Result<void> check_manager(Connection& connection);

} // namespace farboot::catalog
