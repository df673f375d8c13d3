#pragma once

#include "server/catalog/audit.hpp"
#include "server/people/user.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::catalog
{

/// Makes somebody whom the directory knows a user, or brings one up to date: his full name, and which of the groups
/// that name groups of the directory he is in. `groups`: the directory's, in the form that `normal` brings
/// DNs into. What changes is in the audit log. Runs in
/// a write transaction. Nothing for somebody who is disabled or has no right (any more); login-refused for such a one
/// who is none of the users, and does not become one.
[[nodiscard]] Result<std::optional<people::User>>
log_in_from_directory(Connection& connection, const Author& author, std::string_view name, std::string_view full_name,
                      const std::vector<std::string>& groups,
                      const std::function<std::string(const std::string&)>& normal);

/// The same with somebody whom the OpenID Connect provider knows: `subject` is its name for him for ever, `groups` are
/// its names of groups. Reasons besides: those of log_in_from_outside().
[[nodiscard]] Result<std::optional<people::User>>
log_in_from_provider(Connection& connection, const Author& author, const std::string& subject, const std::string& name,
                     const std::string& full_name, const std::vector<std::string>& groups);

} // namespace farboot::catalog
