#include "server/catalog/rules.hpp"

#include "server/catalog/counters.hpp"
#include "server/catalog/definition.hpp"
#include "server/catalog/entries.hpp"
#include "server/catalog/hardware_classes.hpp"
#include "server/catalog/locations.hpp"
#include "server/catalog/versions.hpp"
#include "server/catalog/zones.hpp"

#include <algorithm>

namespace farboot::catalog
{

using rules::Rule;

namespace
{

Rule read_rule(const QSqlQuery& row)
{
    auto rule = read_definition<Rule>(row, "Rule");
    rule.position = number_of(row, "position");
    rule.version = number_of(row, "version");
    return rule;
}

/// All that the rule names must be there.
Result<void> check_names(Connection& connection, const Rule& rule)
{
    if (rule.location && !connection.run("location", {{":id", value(*rule.location)}}).next())
        return fail("location-unknown", "There is no location {}, for which the rule would be.", *rule.location);
    for (const auto id : rule.hardware)
        if (!connection.run("hardware", {{":id", value(id)}}).next())
            return fail("hardware-unknown", "There is no hardware class {}, which the rule names.", id);
    for (const auto id : rule.entries())
        if (!connection.run("entry", {{":id", value(id)}}).next())
            return fail("entry-unknown", "There is no entry {}, which the rule names.", id);
    if (rule.time && !find_zone(rule.time->zone))
        return fail("zone-unknown", "This server does not know the time zone {}: is it spelt as in Europe/Berlin?",
                    rule.time->zone);
    return {};
}

void insert_use(Connection& connection, const Rule& rule, const char* column, std::int64_t id)
{
    const auto cell = [&](const char* name) {
        return std::string_view(name) == column ? value(id) : QVariant(QMetaType(QMetaType::LongLong));
    };
    connection.run("rule-use-insert", {{":rule", value(rule.id)},
                                       {":location", cell("location")},
                                       {":hardware", cell("hardware")},
                                       {":entry", cell("entry")}});
}

Rule save(Connection& connection, std::string_view statement, Rule rule)
{
    connection.run(statement, {{":id", value(rule.id)},
                               {":definition", definition_of(rule)},
                               {":position", value(rule.position)},
                               {":version", value(rule.version)}});
    connection.run("rule-use-delete", {{":rule", value(rule.id)}});
    if (rule.location)
        insert_use(connection, rule, "location", *rule.location);
    for (const auto id : rule.hardware)
        insert_use(connection, rule, "hardware", id);
    for (const auto id : rule.entries())
        insert_use(connection, rule, "entry", id);
    raise_revision(connection);
    return rule;
}

} // namespace

std::vector<Rule> list_rules(Connection& connection)
{
    std::vector<Rule> result;
    for (auto row = connection.run("rule-list"); row.next();)
        result.push_back(read_rule(row));
    return result;
}

std::optional<Rule> find_rule(Connection& connection, std::int64_t id)
{
    auto row = connection.run("rule", {{":id", value(id)}});
    if (!row.next())
        return std::nullopt;
    return read_rule(row);
}

Result<Rule> create_rule(Connection& connection, Rule rule)
{
    auto count = connection.run("rule-count");
    count.next();
    if (number_of(count, "count") >= static_cast<std::int64_t>(rules::max_rules))
        return fail("too-many", "There can be at most {} rules.", rules::max_rules);
    if (auto good = check_names(connection, rule); !good)
        return std::unexpected(good.error());
    rule.id = next_number(connection, "rule");
    rule.version = 1;
    auto last = connection.run("rule-last-position");
    last.next();
    rule.position = number_of(last, "position") + 1;
    return save(connection, "rule-insert", std::move(rule));
}

Result<Rule> update_rule(Connection& connection, std::int64_t id, std::string_view if_match, Rule rule)
{
    const auto old = seen(find_rule(connection, id), "rule", id, if_match);
    if (!old)
        return std::unexpected(old.error());
    if (auto good = check_names(connection, rule); !good)
        return std::unexpected(good.error());
    rule.id = id;
    rule.position = old->position;
    rule.version = old->version + 1;
    return save(connection, "rule-update", std::move(rule));
}

Result<void> remove_rule(Connection& connection, std::int64_t id, std::string_view if_match)
{
    if (const auto old = seen(find_rule(connection, id), "rule", id, if_match); !old)
        return std::unexpected(old.error());
    connection.run("rule-use-delete", {{":rule", value(id)}});
    connection.run("rule-delete", {{":id", value(id)}});
    raise_revision(connection);
    return {};
}

Result<void> order_rules(Connection& connection, const std::vector<std::int64_t>& ids)
{
    std::vector<std::int64_t> known;
    for (auto row = connection.run("rule-list"); row.next();)
        known.push_back(number_of(row, "id"));
    auto given = ids;
    std::ranges::sort(known);
    std::ranges::sort(given);
    if (known != given)
        return fail("order-outdated",
                    "The order must name each rule once, and rules have come or gone meanwhile: load them again.");
    for (std::size_t i = 0; i < ids.size(); ++i)
        connection.run("rule-move", {{":id", value(ids[i])}, {":position", value(static_cast<std::int64_t>(i + 1))}});
    raise_revision(connection);
    return {};
}

Result<void> check_unused(Connection& connection, std::string_view statement, std::int64_t id)
{
    auto row = connection.run(statement, {{":id", value(id)}});
    if (!row.next())
        return {};
    const auto rule = read_definition<Rule>(row, "Rule");
    return fail("in-use", "Rule {} \"{}\" names it: change or remove that rule first.", rule.id, rule.name.en);
}

} // namespace farboot::catalog
