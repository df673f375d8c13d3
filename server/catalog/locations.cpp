#include "server/catalog/locations.hpp"

#include "server/catalog/counters.hpp"
#include "server/catalog/rules.hpp"
#include "server/catalog/versions.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <unordered_map>

namespace farboot::catalog
{

using rules::Location;

namespace
{

QVariant id_or_null(const std::optional<std::int64_t>& id)
{
    return id ? value(*id) : QVariant(QMetaType(QMetaType::LongLong));
}

Location read_location(const QSqlQuery& row)
{
    Location location;
    location.id = number_of(row, "id");
    if (!row.isNull(QStringLiteral("parent")))
        location.parent = number_of(row, "parent");
    location.name = {text_of(row, "name_de"), text_of(row, "name_en")};
    location.audiences = nlohmann::json::parse(text_of(row, "audiences")).get<std::vector<std::string>>();
    const auto settings = settings::Settings::parse(nlohmann::json::parse(text_of(row, "settings"), nullptr, false));
    if (!settings)
        throw DatabaseError(fmt::format("The settings of location {} in the database cannot be used: {} {}",
                                        location.id, settings.error().field, settings.error().sentence));
    location.settings = *settings;
    location.version = number_of(row, "version");
    return location;
}

void read_key(const QSqlQuery& row, Location& into)
{
    const auto kind = text_of(row, "kind");
    const auto text = text_of(row, "value");
    const auto subnet = server::Subnet::parse(text);
    const auto mac = rules::Mac::parse(text);
    const auto uuid = rules::Uuid::parse(text);
    const auto fact = rules::DhcpFact::parse(text);
    if (kind == "subnet" && subnet)
        into.subnets.push_back(*subnet);
    else if (kind == "mac" && mac)
        into.macs.push_back(*mac);
    else if (kind == "uuid" && uuid)
        into.uuids.push_back(*uuid);
    else if (kind == "dhcp" && fact)
        into.dhcp.push_back(*fact);
    else
        throw DatabaseError(fmt::format("Location {} in the database has the key {}, which is none.", into.id, text));
}

/// The database's order is that of texts.
void sort_keys(Location& location)
{
    std::ranges::sort(location.subnets);
    std::ranges::sort(location.macs);
    std::ranges::sort(location.uuids);
    std::ranges::sort(location.dhcp);
}

/// `below`: how many locations of a branch there are below each other, its root among them.
Result<void> check_parent(Connection& connection, const Location& location, std::int64_t below)
{
    if (!location.parent)
        return {};
    std::int64_t above = 0;
    for (auto row = connection.run("location-path", {{":id", value(*location.parent)}}); row.next(); ++above)
        if (number_of(row, "id") == location.id)
            return fail("parent-cycle", "Location {} is below this one already, so that it cannot be above it.",
                        *location.parent);
    if (above == 0)
        return fail("parent-unknown", "There is no location {} for this one to be in.", *location.parent);
    if (above + below > rules::max_location_depth)
        return fail("too-deep", "At most {} locations can be inside each other.", rules::max_location_depth);
    return {};
}

template <class Key>
Result<void> insert_keys(Connection& connection, const Location& location, std::string_view kind,
                         const std::vector<Key>& keys)
{
    for (const auto& key : keys) {
        const auto text = key.text();
        auto other = connection.run("location-key", {{":value", value(text)}});
        if (other.next())
            return fail(fmt::format("{}-taken", kind), "{} is in location {} \"{}\" already.", text,
                        number_of(other, "id"), text_of(other, "name_en"));
        connection.run("location-key-insert",
                       {{":value", value(text)}, {":kind", value(kind)}, {":location", value(location.id)}});
    }
    return {};
}

Result<Location> save(Connection& connection, std::string_view statement, Location location)
{
    connection.run(statement, {{":id", value(location.id)},
                               {":parent", id_or_null(location.parent)},
                               {":name_de", value(location.name.de)},
                               {":name_en", value(location.name.en)},
                               {":audiences", value(nlohmann::json(location.audiences).dump())},
                               {":settings", value(location.settings.to_json().dump())},
                               {":version", value(location.version)}});
    connection.run("location-key-delete", {{":location", value(location.id)}});
    if (auto done = insert_keys(connection, location, "subnet", location.subnets); !done)
        return std::unexpected(done.error());
    if (auto done = insert_keys(connection, location, "mac", location.macs); !done)
        return std::unexpected(done.error());
    if (auto done = insert_keys(connection, location, "uuid", location.uuids); !done)
        return std::unexpected(done.error());
    if (auto done = insert_keys(connection, location, "dhcp", location.dhcp); !done)
        return std::unexpected(done.error());
    raise_revision(connection);
    return location;
}

} // namespace

std::vector<Location> list_locations(Connection& connection)
{
    std::vector<Location> locations;
    std::unordered_map<std::int64_t, std::size_t> places;
    for (auto row = connection.run("location-list"); row.next();) {
        locations.push_back(read_location(row));
        places.emplace(locations.back().id, locations.size() - 1);
    }
    for (auto row = connection.run("location-key-list"); row.next();)
        if (const auto place = places.find(number_of(row, "location")); place != places.end())
            read_key(row, locations[place->second]);
    std::ranges::for_each(locations, sort_keys);
    return locations;
}

std::optional<Location> find_location(Connection& connection, std::int64_t id)
{
    auto row = connection.run("location", {{":id", value(id)}});
    if (!row.next())
        return std::nullopt;
    auto location = read_location(row);
    for (auto key = connection.run("location-keys", {{":location", value(id)}}); key.next();)
        read_key(key, location);
    sort_keys(location);
    return location;
}

Result<Location> create_location(Connection& connection, Location location)
{
    auto count = connection.run("location-count");
    count.next();
    if (number_of(count, "count") >= static_cast<std::int64_t>(rules::max_locations))
        return fail("too-many", "There can be at most {} locations.", rules::max_locations);
    location.id = next_number(connection, "location");
    location.version = 1;
    if (auto good = check_parent(connection, location, 1); !good)
        return std::unexpected(good.error());
    return save(connection, "location-insert", std::move(location));
}

Result<Location> update_location(Connection& connection, std::int64_t id, std::string_view if_match, Location location)
{
    const auto old = seen(find_location(connection, id), "location", id, if_match);
    if (!old)
        return std::unexpected(old.error());
    location.id = id;
    location.version = old->version + 1;
    auto height = connection.run("location-height", {{":id", value(id)}});
    height.next();
    if (auto good = check_parent(connection, location, number_of(height, "height")); !good)
        return std::unexpected(good.error());
    return save(connection, "location-update", std::move(location));
}

Result<void> remove_location(Connection& connection, std::int64_t id, std::string_view if_match)
{
    if (const auto old = seen(find_location(connection, id), "location", id, if_match); !old)
        return std::unexpected(old.error());
    auto child = connection.run("location-child", {{":id", value(id)}});
    if (child.next())
        return fail("in-use", "Location {} \"{}\" is inside this one: remove or move it first.", number_of(child, "id"),
                    text_of(child, "name_en"));
    if (auto free = check_unused(connection, "rule-use-of-location", id); !free)
        return free;
    auto holder = connection.run("role-holder-at-location", {{":id", value(id)}});
    if (holder.next())
        return fail("in-use", "\"{}\" has a role for this location: take it away first.", text_of(holder, "name"));
    connection.run("location-key-delete", {{":location", value(id)}});
    connection.run("location-delete", {{":id", value(id)}});
    raise_revision(connection);
    return {};
}

} // namespace farboot::catalog
