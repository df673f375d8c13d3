#include "server/catalog/grants.hpp"

namespace farboot::catalog
{

namespace
{

people::RightSet rights_in(const QSqlQuery& row)
{
    const auto json = nlohmann::json::parse(text_of(row, "rights"), nullptr, false);
    const auto rights = people::parse_rights(json, "rights");
    if (!rights)
        throw DatabaseError("A role in the database cannot be used: " + rights.error().sentence);
    return *rights;
}

people::Rights read_rights(QSqlQuery row)
{
    std::vector<people::Grant> grants;
    while (row.next()) {
        people::Grant grant{.rights = rights_in(row), .place = {}};
        if (!row.isNull(QStringLiteral("location")))
            grant.place.location = number_of(row, "location");
        grant.place.object = text_of(row, "object");
        grants.push_back(std::move(grant));
    }
    return people::Rights(std::move(grants));
}

} // namespace

std::vector<std::int64_t> location_path(Connection& connection, std::int64_t location)
{
    std::vector<std::int64_t> path;
    for (auto row = connection.run("location-path", {{":id", value(location)}}); row.next();)
        path.push_back(number_of(row, "id"));
    return path;
}

people::Rights rights_of_user(Connection& connection, std::int64_t user)
{
    return read_rights(connection.run("grant-of-person", {{":person", value(user)}, {":member", value(user)}}));
}

people::Rights rights_of_group(Connection& connection, std::int64_t group)
{
    return read_rights(connection.run("grant-of-group", {{":person_group", value(group)}}));
}

people::Rights rights_by(Connection& connection, const std::vector<people::RoleGrant>& roles,
                         const std::vector<std::int64_t>& groups)
{
    std::vector<people::Grant> grants;
    for (const auto& each : roles)
        if (auto row = connection.run("role", {{":id", value(each.role)}}); row.next())
            grants.push_back({.rights = rights_in(row), .place = each.place});
    for (const auto group : groups) {
        const auto rights = rights_of_group(connection, group);
        grants.insert(grants.end(), rights.grants().begin(), rights.grants().end());
    }
    return people::Rights(std::move(grants));
}

} // namespace farboot::catalog
