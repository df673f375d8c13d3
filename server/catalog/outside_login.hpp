#pragma once

#include "server/catalog/audit.hpp"
#include "server/people/group.hpp"
#include "server/people/user.hpp"

#include <functional>
#include <optional>

namespace farboot::catalog
{

/// Somebody whose log-in was checked outside of this server, by a directory or a provider.
struct OutsidePerson {
    people::Source source = people::Source::ldap;
    std::string subject;   ///< of a provider: its name for him, by which he is known again
    std::string name;      ///< without a subject, he is known by it
    std::string full_name; ///< any bytes
};

/// Makes him a user here, or brings what is known of him up to date: he is in those groups that `is_in` says. Who may
/// do nothing here, and is in no group, is not let in, and does not become a user; nothing where he has become one
/// before. Reasons: login-refused, name-taken (another user, who logs in otherwise, has this name), name-malformed.
[[nodiscard]] Result<std::optional<people::User>>
log_in_from_outside(Connection& connection, const Author& author, const OutsidePerson& person,
                    const std::function<bool(const people::Group&)>& is_in);

} // namespace farboot::catalog
