#include "server/catalog/directory_login.hpp"

#include "server/catalog/counters.hpp"
#include "server/catalog/grants.hpp"
#include "server/catalog/groups.hpp"
#include "server/catalog/users.hpp"
#include "server/rules/fields.hpp"

#include <algorithm>

namespace farboot::catalog
{

using people::User;

namespace
{

/// What the directory says, as text: it may be any bytes, and JSON takes UTF-8 only.
std::string shown_name(std::string_view full_name)
{
    const auto text = QString::fromUtf8(full_name.data(), static_cast<qsizetype>(full_name.size())).toStdString();
    const auto length = rules::printable_length(text);
    return length && *length <= people::max_full_name ? text : std::string();
}

void save(Connection& connection, const User& user, bool is_new)
{
    connection.run(is_new ? "person-insert" : "person-update", {{":id", value(user.id)},
                                                                {":name", value(user.name)},
                                                                {":full_name", value(user.full_name)},
                                                                {":source", value("ldap")},
                                                                {":enabled", user.enabled},
                                                                {":version", value(user.version)}});
    connection.run("member-delete-ldap", {{":person", value(user.id)}});
    for (const auto group : user.ldap_groups)
        connection.run("member-insert",
                       {{":person", value(user.id)}, {":person_group", value(group)}, {":source", value("ldap")}});
}

} // namespace

Result<std::optional<User>> log_in_from_directory(Connection& connection, const Author& author, std::string_view name,
                                                  std::string_view full_name, const std::vector<std::string>& groups,
                                                  const std::function<std::string(const std::string&)>& normal)
{
    const auto before = find_user_named(connection, name);
    if (before && !before->enabled)
        return std::nullopt;
    auto user = before.value_or(User{});
    user.name = name;
    user.ldap = true;
    user.full_name = shown_name(full_name);
    user.ldap_groups.clear();
    for (const auto& group : list_groups(connection))
        if (std::ranges::any_of(group.ldap, [&](const std::string& dn) {
                return std::ranges::find(groups, normal(dn)) != groups.end();
            }))
            user.ldap_groups.push_back(group.id);
    std::ranges::sort(user.ldap_groups);
    const auto has_rights = [&] { return !rights_of_user(connection, user.id).grants().empty(); };
    if (before && user == *before)
        return has_rights() ? std::optional(user) : std::nullopt;
    user.id = before ? before->id : next_number(connection, "user");
    ++user.version;
    save(connection, user, !before);
    const bool admitted = has_rights();
    if (!before && !admitted)
        return fail("login-refused", "{} has no right here.", name); // and does not become a user
    log_change(connection, author, "log in", fmt::format("user:{}", user.id),
               before ? before->to_json() : nlohmann::json(), user.to_json());
    return admitted ? std::optional(user) : std::nullopt;
}

} // namespace farboot::catalog
