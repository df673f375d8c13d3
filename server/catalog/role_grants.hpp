#pragma once

#include "server/catalog/connection.hpp"
#include "server/people/role_grant.hpp"

#include <cstdint>
#include <map>
#include <vector>

/// Which roles users and groups have.
namespace farboot::catalog
{

enum class Holder { user, group };

[[nodiscard]] std::vector<people::RoleGrant> role_grants_of(Connection& connection, Holder holder, std::int64_t id);
/// Of all users, or all groups, by id.
[[nodiscard]] std::map<std::int64_t, std::vector<people::RoleGrant>> all_role_grants(Connection& connection,
                                                                                     Holder holder);
/// Replaces those that he has. Reasons: role-unknown, role-location-unknown.
[[nodiscard]] Result<void> save_role_grants(Connection& connection, Holder holder, std::int64_t id,
                                            const std::vector<people::RoleGrant>& grants);

} // namespace farboot::catalog
