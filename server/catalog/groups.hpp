#pragma once

#include "server/catalog/connection.hpp"
#include "server/people/group.hpp"

#include <optional>
#include <string_view>
#include <vector>

/// Groups of users in the database. What changes something runs in a write transaction.
namespace farboot::catalog
{

/// By name.
[[nodiscard]] std::vector<people::Group> list_groups(Connection& connection);
[[nodiscard]] std::optional<people::Group> find_group(Connection& connection, std::int64_t id);

/// Gives it with its id. Reasons: name-taken, role-unknown, role-location-unknown, too-many.
[[nodiscard]] Result<people::Group> create_group(Connection& connection, people::Group group);
/// `if_match`: an If-Match header. Reasons: not-found, changed-meanwhile, last-manager, and those of create_group().
[[nodiscard]] Result<people::Group> update_group(Connection& connection, std::int64_t id, std::string_view if_match,
                                                 people::Group group);
/// Its members are no longer in it. Reasons: not-found, changed-meanwhile, last-manager.
[[nodiscard]] Result<void> remove_group(Connection& connection, std::int64_t id, std::string_view if_match);

} // namespace farboot::catalog
