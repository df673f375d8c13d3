#include "server/catalog/role_grants.hpp"

namespace farboot::catalog
{

namespace
{

QVariant null_id()
{
    return QVariant(QMetaType(QMetaType::LongLong));
}

const char* column_of(Holder holder)
{
    return holder == Holder::user ? "person" : "person_group";
}

people::RoleGrant read_grant(const QSqlQuery& row)
{
    people::RoleGrant grant{.role = number_of(row, "role"), .place = {}};
    if (!row.isNull(QStringLiteral("location")))
        grant.place.location = number_of(row, "location");
    grant.place.object = text_of(row, "object");
    return grant;
}

} // namespace

std::vector<people::RoleGrant> role_grants_of(Connection& connection, Holder holder, std::int64_t id)
{
    std::vector<people::RoleGrant> grants;
    for (auto row = connection.run(holder == Holder::user ? "role-grant-of-person" : "role-grant-of-group",
                                   {{":id", value(id)}});
         row.next();)
        grants.push_back(read_grant(row));
    return grants;
}

std::map<std::int64_t, std::vector<people::RoleGrant>> all_role_grants(Connection& connection, Holder holder)
{
    std::map<std::int64_t, std::vector<people::RoleGrant>> grants;
    for (auto row = connection.run("role-grant-list"); row.next();)
        if (!row.isNull(QString::fromLatin1(column_of(holder))))
            grants[number_of(row, column_of(holder))].push_back(read_grant(row));
    return grants;
}

Result<void> save_role_grants(Connection& connection, Holder holder, std::int64_t id,
                              const std::vector<people::RoleGrant>& grants)
{
    connection.run(holder == Holder::user ? "role-grant-delete-of-person" : "role-grant-delete-of-group",
                   {{":id", value(id)}});
    for (const auto& grant : grants) {
        if (!connection.run("role", {{":id", value(grant.role)}}).next())
            return fail("role-unknown", "There is no role {}.", grant.role);
        const auto& location = grant.place.location;
        if (location && !connection.run("location", {{":id", value(*location)}}).next())
            return fail("role-location-unknown", "There is no location {}, for which the role would be.", *location);
        connection.run("role-grant-insert", {{":role", value(grant.role)},
                                             {":person", holder == Holder::user ? value(id) : null_id()},
                                             {":person_group", holder == Holder::group ? value(id) : null_id()},
                                             {":location", location ? value(*location) : null_id()},
                                             {":object", value(grant.place.object)}});
    }
    return {};
}

} // namespace farboot::catalog
