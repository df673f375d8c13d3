#include "server/catalog/snapshot.hpp"

#include "server/catalog/entries.hpp"

namespace farboot::catalog
{

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
    transaction.commit();
    return snapshot;
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
