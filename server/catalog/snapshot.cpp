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
    for (const auto& series : list_series(connection)) {
        if (const auto floor = floor_of(series, snapshot.take_fixed(series)))
            snapshot.lowest.push_back({series.name, floor});
        const auto* record = series.current ? series.find(*series.current) : nullptr;
        if (!record)
            continue;
        snapshot.current.emplace(series.name, *series.current);
        if (series.name.type == "gui" && record->published >= newest_gui) {
            newest_gui = record->published;
            snapshot.newest_gui = series.name.series;
        }
    }
    snapshot.revoked = revoked_payloads(connection);
    auto given = load_rules(connection);
    for (const auto& entry : snapshot.entries)
        if (const auto record = find_record(connection, {entry.record, snapshot.number_of(entry)})) {
            auto audience = catalog::audience_of(*record);
            if (!audience.empty())
                snapshot.audiences.emplace(entry.id, std::move(audience));
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
        const auto number = number_of(entry);
        const auto audience = audiences.find(entry.id);
        given.items.push_back({.id = entry.id,
                               .kind = entry.kind == "vm" ? rules::Kind::vm : rules::Kind::system,
                               .published = number != 0 || !needs_record(entry),
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

std::vector<std::uint64_t> Snapshot::take_fixed(const Series& series)
{
    std::vector<std::uint64_t> numbers;
    for (const auto& entry : entries) {
        const auto wanted = entry.offering.version;
        const auto* version = wanted && entry.record == series.name ? series.find(*wanted) : nullptr;
        if (!version || version->state != VersionState::published || *wanted < series.lowest.value_or(0))
            continue;
        fixed.emplace(entry.id, *wanted);
        numbers.push_back(*wanted);
    }
    return numbers;
}

std::uint64_t Snapshot::number_of(const Entry& entry) const
{
    if (!entry.offering.version)
        return number_of(entry.record);
    const auto found = fixed.find(entry.id);
    return found == fixed.end() ? 0 : found->second;
}

std::uint64_t Snapshot::number_of(const rootfs::RecordName& name) const
{
    const auto found = current.find(name);
    return found == current.end() ? 0 : found->second;
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
