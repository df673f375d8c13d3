#include "server/catalog/roles.hpp"

#include "server/catalog/counters.hpp"
#include "server/catalog/users.hpp"
#include "server/catalog/versions.hpp"

namespace farboot::catalog
{

using people::Role;

namespace
{

Role read_role(const QSqlQuery& row)
{
    Role role;
    role.id = number_of(row, "id");
    role.name = {text_of(row, "name_de"), text_of(row, "name_en")};
    role.version = number_of(row, "version");
    const auto rights = people::parse_rights(nlohmann::json::parse(text_of(row, "rights"), nullptr, false), "rights");
    if (!rights)
        throw DatabaseError(
            fmt::format("Role {} in the database cannot be used: {}", role.id, rights.error().sentence));
    role.rights = *rights;
    return role;
}

Role save(Connection& connection, std::string_view statement, Role role)
{
    connection.run(statement, {{":id", value(role.id)},
                               {":name_de", value(role.name.de)},
                               {":name_en", value(role.name.en)},
                               {":rights", value(people::rights_json(role.rights).dump())},
                               {":version", value(role.version)}});
    return role;
}

Result<Role> changeable(Connection& connection, std::int64_t id, std::string_view if_match)
{
    auto old = seen(find_role(connection, id), "role", id, if_match);
    if (old && id == people::all_rights_role)
        return fail("built-in", "The role of all rights is always there, and stays as it is.");
    return old;
}

} // namespace

std::vector<Role> list_roles(Connection& connection)
{
    std::vector<Role> roles;
    for (auto row = connection.run("role-list"); row.next();)
        roles.push_back(read_role(row));
    return roles;
}

std::optional<Role> find_role(Connection& connection, std::int64_t id)
{
    auto row = connection.run("role", {{":id", value(id)}});
    if (!row.next())
        return std::nullopt;
    return read_role(row);
}

Result<Role> create_role(Connection& connection, Role role)
{
    if (list_roles(connection).size() >= people::max_roles)
        return fail("too-many", "There can be at most {} roles.", people::max_roles);
    role.id = next_number(connection, "role");
    role.version = 1;
    return save(connection, "role-insert", std::move(role));
}

Result<Role> update_role(Connection& connection, std::int64_t id, std::string_view if_match, Role role)
{
    const auto old = changeable(connection, id, if_match);
    if (!old)
        return std::unexpected(old.error());
    role.id = id;
    role.version = old->version + 1;
    auto saved = save(connection, "role-update", std::move(role));
    if (auto good = check_manager(connection); !good)
        return std::unexpected(good.error());
    return saved;
}

Result<void> remove_role(Connection& connection, std::int64_t id, std::string_view if_match)
{
    if (const auto old = changeable(connection, id, if_match); !old)
        return std::unexpected(old.error());
    auto holder = connection.run("role-holder", {{":id", value(id)}});
    if (holder.next())
        return fail("in-use", "\"{}\" has this role: take it from all users and groups first.",
                    text_of(holder, "name"));
    connection.run("role-delete", {{":id", value(id)}});
    return {};
}

} // namespace farboot::catalog
