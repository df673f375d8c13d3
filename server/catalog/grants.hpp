#pragma once

#include "server/catalog/connection.hpp"
#include "server/people/role_grant.hpp"

#include <cstdint>
#include <optional>
#include <vector>

/// Who may do what, as roles that are granted to users and groups say.
namespace farboot::catalog
{

/// A location's id and those of all above it, closest first; empty for a location that there is not.
[[nodiscard]] std::vector<std::int64_t> location_path(Connection& connection, std::int64_t location);

/// All that a user's own roles and those of his groups allow.
[[nodiscard]] people::Rights rights_of_user(Connection& connection, std::int64_t user);
/// All that a group's roles give its members.
[[nodiscard]] people::Rights rights_of_group(Connection& connection, std::int64_t group);

/// What somebody would have by these roles and groups. Unknown ones give nothing.
[[nodiscard]] people::Rights rights_by(Connection& connection, const std::vector<people::RoleGrant>& roles,
                                       const std::vector<std::int64_t>& groups);

} // namespace farboot::catalog
