#pragma once

#include "server/people/role_grant.hpp"

namespace farboot::people
{

inline constexpr std::size_t max_users = 50'000;
inline constexpr std::size_t max_full_name = 200; ///< characters
inline constexpr std::size_t max_user_groups = 200;

/// 1 … 64 of a-z 0-9 . _ -
[[nodiscard]] bool is_user_name(std::string_view name);

/// Somebody who logs in.
struct User {
    std::int64_t id = 0;
    std::string name;
    std::string full_name;
    bool enabled = true;
    std::vector<std::int64_t> groups; ///< that an admin has put him into
    std::vector<RoleGrant> roles;
    // not the client's:
    bool ldap = false;                     ///< logs in with the directory's password
    bool has_password = false;             ///< of his own
    std::vector<std::int64_t> ldap_groups; ///< that the directory had him in when he logged in last
    std::int64_t version = 0;              ///< grows with each change

    bool operator==(const User&) const = default;
    [[nodiscard]] std::string etag() const;
    [[nodiscard]] static Parsed<User> parse(std::string_view json);
    [[nodiscard]] nlohmann::json to_json() const;
};

} // namespace farboot::people
