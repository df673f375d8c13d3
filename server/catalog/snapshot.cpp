#include "server/catalog/snapshot.hpp"

#include "server/catalog/entries.hpp"
#include "server/catalog/hardware_classes.hpp"
#include "server/catalog/locations.hpp"
#include "server/catalog/rules.hpp"
#include "server/catalog/zones.hpp"

namespace farboot::catalog
{

namespace
{

rules::Catalog load_rules(Connection& connection)
{
    rules::Catalog catalog;
    catalog.locations = list_locations(connection);
    catalog.classes = list_hardware(connection);
    catalog.rules = list_rules(connection);
    for (const auto& rule : catalog.rules)
        if (rule.time && !catalog.zones.contains(rule.time->zone))
            if (const auto zone = find_zone(rule.time->zone))
                catalog.zones.emplace(rule.time->zone, *zone);
    return catalog;
}

} // namespace

Snapshot Snapshot::load(Connection& connection)
{
    Transaction transaction(connection, Transaction::Kind::read);
    Snapshot snapshot;
    snapshot.revision = catalog::revision(connection);
    snapshot.entries = list_entries(connection);
    std::chrono::sys_seconds newest_gui{};
    for (const auto& record : list_records(connection)) {
        snapshot.newest.try_emplace(record.header.name, record.header.number); // each series' newest comes first
        if (record.header.name.type == "gui" && record.published >= newest_gui) {
            newest_gui = record.published;
            snapshot.newest_gui = record.header.name.series;
        }
    }
    auto given = load_rules(connection);
    for (const auto& entry : snapshot.entries)
        if (const auto record = newest_record(connection, entry.record)) {
            auto audience = catalog::audience_of(*record);
            if (!audience.empty())
                snapshot.audiences.emplace(entry.record, std::move(audience));
        }
    transaction.commit();
    snapshot.prepare(std::move(given));
    return snapshot;
}

void Snapshot::prepare(rules::Catalog given)
{
    menu_entries.clear();
    given.items.clear();
    for (const auto& entry : entries) {
        const auto number = number_of(entry.record);
        const auto audience = audiences.find(entry.record);
        given.items.push_back({.id = entry.id,
                               .kind = entry.kind == "vm" ? rules::Kind::vm : rules::Kind::system,
                               .published = number != 0,
                               .visible = entry.visible,
                               .auto_seconds = entry.auto_seconds,
                               .title = entry.title,
                               .audience = audience == audiences.end() ? "" : audience->second});
        menu_entries.push_back(menu_json(entry, number).dump());
    }
    auto index = rules::Index::build(std::move(given));
    if (!index)
        throw DatabaseError("The rules in the database cannot be used: " + index.error().sentence);
    rules = std::make_shared<const rules::Index>(std::move(*index));
}

std::uint64_t Snapshot::number_of(const rootfs::RecordName& name) const
{
    const auto found = newest.find(name);
    return found == newest.end() ? 0 : found->second;
}

boost::asio::awaitable<std::shared_ptr<const Snapshot>> Snapshots::current()
{
    co_return co_await database_.read([this](Connection& connection) {
        const auto revision = catalog::revision(connection);
        {
            std::lock_guard lock(mutex_);
            if (kept_ && kept_->revision == revision)
                return kept_;
        }
        auto fresh = std::make_shared<const Snapshot>(Snapshot::load(connection));
        std::lock_guard lock(mutex_);
        if (!kept_ || kept_->revision <= fresh->revision)
            kept_ = fresh;
        return fresh;
    });
}

} // namespace farboot::catalog
