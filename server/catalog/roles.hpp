#pragma once

#include "server/catalog/connection.hpp"
#include "server/people/role.hpp"

#include <optional>
#include <string_view>
#include <vector>

/// Roles in the database. What changes something runs in a write transaction.
namespace farboot::catalog
{

/// By id.
[[nodiscard]] std::vector<people::Role> list_roles(Connection& connection);
[[nodiscard]] std::optional<people::Role> find_role(Connection& connection, std::int64_t id);

/// Gives it with its id. Reason: too-many.
[[nodiscard]] Result<people::Role> create_role(Connection& connection, people::Role role);
/// `if_match`: an If-Match header. Reasons: not-found, changed-meanwhile, built-in, last-manager.
[[nodiscard]] Result<people::Role> update_role(Connection& connection, std::int64_t id, std::string_view if_match,
                                               people::Role role);
/// Reasons: not-found, changed-meanwhile, built-in, in-use (somebody has it).
[[nodiscard]] Result<void> remove_role(Connection& connection, std::int64_t id, std::string_view if_match);

} // namespace farboot::catalog
