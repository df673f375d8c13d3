#pragma once

#include "server/people/role_grant.hpp"

#include <cstdint>
#include <optional>

namespace farboot::people
{

inline constexpr std::size_t max_users = 50'000;
inline constexpr std::size_t max_full_name = 200; ///< characters
inline constexpr std::size_t max_user_groups = 200;
inline constexpr std::uint64_t max_upload_quota = std::uint64_t{1} << 53; ///< bytes: a number that JavaScript keeps

/// 1 … 64 of a-z 0-9 . _ -
[[nodiscard]] bool is_user_name(std::string_view name);

/// Who knows whether it is he.
enum class Source {
    local, ///< this server, by a password
    ldap,  ///< the directory, by its password
    oidc   ///< the OpenID Connect provider
};
/// "local", "ldap", "oidc"
[[nodiscard]] std::string_view name_of(Source source);
/// Of a name that is none: local.
[[nodiscard]] Source source_named(std::string_view name);

/// Somebody who logs in.
struct User {
    std::int64_t id = 0;
    std::string name;
    std::string full_name;
    bool enabled = true;
    std::vector<std::int64_t> groups; ///< that an admin has put him into
    std::vector<RoleGrant> roles;
    std::optional<std::uint64_t> upload_quota; ///< bytes that his uploads may take; nothing: what the server gives all
    // not the client's:
    Source source = Source::local;
    std::string subject;                    ///< the provider's name for him, which never becomes another one's
    bool has_password = false;              ///< of his own
    std::vector<std::int64_t> given_groups; ///< that the directory or provider had him in when he logged in last
    std::int64_t version = 0;               ///< grows with each change

    bool operator==(const User&) const = default;
    [[nodiscard]] std::string etag() const;
    [[nodiscard]] static Parsed<User> parse(std::string_view json);
    [[nodiscard]] nlohmann::json to_json() const;
};

} // namespace farboot::people
