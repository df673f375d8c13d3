#pragma once

#include "server/people/role_grant.hpp"

namespace farboot::people
{

inline constexpr std::size_t max_groups = 2000;
inline constexpr std::size_t max_group_name = 128; ///< characters
inline constexpr std::size_t max_group_dns = 20;

/// Users who have the same roles.
struct Group {
    std::int64_t id = 0;
    std::string name;
    std::vector<std::string> ldap; ///< DNs of groups in the directory, whose members are its members from log-in on
    std::vector<std::string> oidc; ///< the provider's names of groups, whose members are its members from log-in on
    std::vector<RoleGrant> roles;
    std::int64_t version = 0; ///< grows with each change

    bool operator==(const Group&) const = default;
    [[nodiscard]] std::string etag() const;
    /// Id and version stay 0: they are not the client's.
    [[nodiscard]] static Parsed<Group> parse(std::string_view json);
    [[nodiscard]] nlohmann::json to_json() const;
};

} // namespace farboot::people
