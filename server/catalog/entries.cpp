#include "server/catalog/entries.hpp"

#include "server/catalog/rules.hpp"
#include "server/catalog/versions.hpp"

#include <algorithm>

namespace farboot::catalog
{

namespace
{

Entry read_entry(const QSqlQuery& row)
{
    Entry entry;
    entry.id = number_of(row, "id");
    entry.kind = text_of(row, "kind");
    entry.record = {text_of(row, "record_type"), text_of(row, "record_series")};
    entry.title = {text_of(row, "title_de"), text_of(row, "title_en")};
    entry.description = {text_of(row, "description_de"), text_of(row, "description_en")};
    entry.icon = text_of(row, "icon");
    entry.visible = row.value(QStringLiteral("visible")).toBool();
    if (!row.isNull(QStringLiteral("auto_seconds")))
        entry.auto_seconds = static_cast<int>(number_of(row, "auto_seconds"));
    entry.position = number_of(row, "position");
    entry.version = number_of(row, "version");
    // What was checked before it was stored.
    if (auto offering = Offering::parse({{"offering", nlohmann::json::parse(text_of(row, "offering"))}}))
        entry.offering = std::move(*offering);
    else
        throw DatabaseError("An entry's offering in the database cannot be used: " + offering.error().sentence);
    entry.tags = nlohmann::json::parse(text_of(row, "tags")).get<std::vector<std::string>>();
    entry.group = {text_of(row, "group_de"), text_of(row, "group_en")};
    return entry;
}

void save(Connection& connection, std::string_view statement, const Entry& entry)
{
    connection.run(statement, {{":id", value(entry.id)},
                               {":kind", value(entry.kind)},
                               {":record_type", value(entry.record.type)},
                               {":record_series", value(entry.record.series)},
                               {":title_de", value(entry.title.de)},
                               {":title_en", value(entry.title.en)},
                               {":description_de", value(entry.description.de)},
                               {":description_en", value(entry.description.en)},
                               {":group_de", value(entry.group.de)},
                               {":group_en", value(entry.group.en)},
                               {":icon", value(entry.icon)},
                               {":visible", entry.visible},
                               {":auto_seconds", entry.auto_seconds ? QVariant(*entry.auto_seconds)
                                                                    : QVariant(QMetaType(QMetaType::Int))},
                               {":position", value(entry.position)},
                               {":version", value(entry.version)},
                               {":offering", value(entry.offering.to_json().dump())},
                               {":tags", value(nlohmann::json(entry.tags).dump())}});
    raise_revision(connection);
}

Result<void> check_auto(Connection& connection, const Entry& entry)
{
    if (!entry.visible || !entry.auto_seconds)
        return {};
    auto other = connection.run("entry-auto", {{":id", value(entry.id)}});
    if (other.next())
        return fail("auto-taken", "Only one visible entry can boot by itself, and \"{}\" does already.",
                    text_of(other, "title_en"));
    return {};
}

std::size_t script_bytes(const Entry& entry)
{
    return entry.offering.script ? entry.offering.script->text.size() : 0;
}

Result<void> check_scripts(Connection& connection, const Entry& entry)
{
    auto all = script_bytes(entry);
    if (all == 0)
        return {};
    for (const auto& other : list_entries(connection))
        if (other.id != entry.id)
            all += script_bytes(other);
    if (all > max_all_scripts_bytes)
        return fail("too-many",
                    "The scripts of all entries together can have at most {} KiB; let them fetch what is large.",
                    max_all_scripts_bytes >> 10);
    return {};
}

} // namespace

std::vector<Entry> list_entries(Connection& connection)
{
    std::vector<Entry> entries;
    for (auto row = connection.run("entry-list"); row.next();)
        entries.push_back(read_entry(row));
    return entries;
}

std::optional<Entry> find_entry(Connection& connection, std::int64_t id)
{
    auto row = connection.run("entry", {{":id", value(id)}});
    if (!row.next())
        return std::nullopt;
    return read_entry(row);
}

Result<Entry> create_entry(Connection& connection, Entry entry)
{
    entry.id = next_number(connection, "entry");
    entry.version = 1;
    auto last = connection.run("entry-last-position");
    last.next();
    entry.position = number_of(last, "position") + 1;
    if (auto good = check_auto(connection, entry); !good)
        return std::unexpected(good.error());
    if (auto good = check_scripts(connection, entry); !good)
        return std::unexpected(good.error());
    save(connection, "entry-insert", entry);
    return entry;
}

Result<Entry> update_entry(Connection& connection, std::int64_t id, std::string_view if_match, Entry entry)
{
    const auto old = seen(find_entry(connection, id), "entry", id, if_match);
    if (!old)
        return std::unexpected(old.error());
    entry.id = id;
    entry.position = old->position;
    entry.version = old->version + 1;
    if (auto good = check_auto(connection, entry); !good)
        return std::unexpected(good.error());
    if (auto good = check_scripts(connection, entry); !good)
        return std::unexpected(good.error());
    save(connection, "entry-update", entry);
    return entry;
}

Result<void> remove_entry(Connection& connection, std::int64_t id, std::string_view if_match)
{
    if (const auto old = seen(find_entry(connection, id), "entry", id, if_match); !old)
        return std::unexpected(old.error());
    if (auto free = check_unused(connection, "rule-use-of-entry", id); !free)
        return free;
    connection.run("entry-delete", {{":id", value(id)}});
    raise_revision(connection);
    return {};
}

Result<void> order_entries(Connection& connection, const std::vector<std::int64_t>& ids)
{
    std::vector<std::int64_t> known;
    for (const auto& entry : list_entries(connection))
        known.push_back(entry.id);
    auto given = ids;
    std::ranges::sort(known);
    std::ranges::sort(given);
    if (known != given)
        return fail("order-outdated",
                    "The order must name each entry once, and entries have come or gone meanwhile: load them again.");
    for (std::size_t i = 0; i < ids.size(); ++i)
        connection.run("entry-move", {{":id", value(ids[i])}, {":position", value(static_cast<std::int64_t>(i + 1))}});
    raise_revision(connection);
    return {};
}

} // namespace farboot::catalog
