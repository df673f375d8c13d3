#pragma once

#include "server/people/rights.hpp"

namespace farboot::people
{

inline constexpr std::size_t max_role_grants = 100; ///< of one user or group

/// A role that a user or group has, and where.
struct RoleGrant {
    std::int64_t role = 0;
    Place place{};
    bool operator==(const RoleGrant&) const = default;
};

/// Member "roles" of a user or group: [{"role": 2, "location": 3}]; a missing one: none.
[[nodiscard]] Parsed<std::vector<RoleGrant>> parse_role_grants(const nlohmann::json& root);
[[nodiscard]] nlohmann::json role_grants_json(const std::vector<RoleGrant>& grants);

} // namespace farboot::people
