#include "server/catalog/groups.hpp"

#include "server/catalog/counters.hpp"
#include "server/catalog/role_grants.hpp"
#include "server/catalog/users.hpp"
#include "server/catalog/versions.hpp"

namespace farboot::catalog
{

using people::Group;

namespace
{

Group read_group(const QSqlQuery& row)
{
    Group group;
    group.id = number_of(row, "id");
    group.name = text_of(row, "name");
    group.version = number_of(row, "version");
    const auto dns = nlohmann::json::parse(text_of(row, "ldap"), nullptr, false);
    const auto names = nlohmann::json::parse(text_of(row, "oidc"), nullptr, false);
    if (!dns.is_array() || !names.is_array())
        throw DatabaseError(fmt::format("Group {} in the database cannot be used.", group.id));
    for (const auto& dn : dns)
        group.ldap.push_back(dn.get<std::string>());
    for (const auto& name : names)
        group.oidc.push_back(name.get<std::string>());
    return group;
}

Result<Group> save(Connection& connection, std::string_view statement, Group group)
{
    auto other = connection.run("person-group-named", {{":name", value(group.name)}});
    if (other.next() && number_of(other, "id") != group.id)
        return fail("name-taken", "There is a group \"{}\" already.", group.name);
    connection.run(statement, {{":id", value(group.id)},
                               {":name", value(group.name)},
                               {":ldap", value(nlohmann::json(group.ldap).dump())},
                               {":oidc", value(nlohmann::json(group.oidc).dump())},
                               {":version", value(group.version)}});
    if (auto done = save_role_grants(connection, Holder::group, group.id, group.roles); !done)
        return std::unexpected(done.error());
    return group;
}

} // namespace

std::vector<Group> list_groups(Connection& connection)
{
    auto grants = all_role_grants(connection, Holder::group);
    std::vector<Group> groups;
    for (auto row = connection.run("person-group-list"); row.next();) {
        groups.push_back(read_group(row));
        groups.back().roles = std::move(grants[groups.back().id]);
    }
    return groups;
}

std::optional<Group> find_group(Connection& connection, std::int64_t id)
{
    auto row = connection.run("person-group", {{":id", value(id)}});
    if (!row.next())
        return std::nullopt;
    auto group = read_group(row);
    group.roles = role_grants_of(connection, Holder::group, id);
    return group;
}

Result<Group> create_group(Connection& connection, Group group)
{
    auto count = connection.run("person-group-count");
    count.next();
    if (number_of(count, "count") >= static_cast<std::int64_t>(people::max_groups))
        return fail("too-many", "There can be at most {} groups.", people::max_groups);
    group.id = next_number(connection, "group");
    group.version = 1;
    return save(connection, "person-group-insert", std::move(group));
}

Result<Group> update_group(Connection& connection, std::int64_t id, std::string_view if_match, Group group)
{
    const auto old = seen(find_group(connection, id), "group", id, if_match);
    if (!old)
        return std::unexpected(old.error());
    group.id = id;
    group.version = old->version + 1;
    auto saved = save(connection, "person-group-update", std::move(group));
    if (saved)
        if (auto good = check_manager(connection); !good)
            return std::unexpected(good.error());
    return saved;
}

Result<void> remove_group(Connection& connection, std::int64_t id, std::string_view if_match)
{
    if (const auto old = seen(find_group(connection, id), "group", id, if_match); !old)
        return std::unexpected(old.error());
    connection.run("role-grant-delete-of-group", {{":id", value(id)}});
    connection.run("member-delete-of-group", {{":person_group", value(id)}});
    connection.run("person-group-delete", {{":id", value(id)}});
    return check_manager(connection);
}

} // namespace farboot::catalog
