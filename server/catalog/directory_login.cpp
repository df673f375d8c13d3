#include "server/catalog/directory_login.hpp"

#include "server/catalog/outside_login.hpp"

#include <algorithm>

namespace farboot::catalog
{

Result<std::optional<people::User>> log_in_from_directory(Connection& connection, const Author& author,
                                                          std::string_view name, std::string_view full_name,
                                                          const std::vector<std::string>& groups,
                                                          const std::function<std::string(const std::string&)>& normal)
{
    const OutsidePerson person{people::Source::ldap, {}, std::string(name), std::string(full_name)};
    return log_in_from_outside(connection, author, person, [&](const people::Group& group) {
        return std::ranges::any_of(
            group.ldap, [&](const std::string& dn) { return std::ranges::find(groups, normal(dn)) != groups.end(); });
    });
}

Result<std::optional<people::User>> log_in_from_provider(Connection& connection, const Author& author,
                                                         const std::string& subject, const std::string& name,
                                                         const std::string& full_name,
                                                         const std::vector<std::string>& groups)
{
    const OutsidePerson person{people::Source::oidc, subject, name, full_name};
    return log_in_from_outside(connection, author, person, [&](const people::Group& group) {
        return std::ranges::any_of(
            group.oidc, [&](const std::string& each) { return std::ranges::find(groups, each) != groups.end(); });
    });
}

} // namespace farboot::catalog
