#pragma once

#include "server/catalog/database.hpp"
#include "server/catalog/entry.hpp"
#include "server/catalog/records.hpp"
#include "server/rules/index.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace farboot::catalog
{

/// What menus and statements are made of, at one revision of the catalog. Never changes.
struct Snapshot {
    std::int64_t revision = 0;
    std::vector<Entry> entries;                          ///< in order
    std::map<rootfs::RecordName, std::uint64_t> newest;  ///< number of each series' newest record
    std::map<rootfs::RecordName, std::string> audiences; ///< of entries' records whose image is not for everybody
    std::string newest_gui;                    ///< series of the gui record published last; empty: there is none
    std::shared_ptr<const rules::Index> rules; ///< its items are the entries
    std::vector<std::string> menu_entries;     ///< what menus say of each entry, as JSON: made once, for all menus

    [[nodiscard]] static Snapshot load(Connection& connection);
    /// Makes `rules` of entries, newest records and what else decides. Throws DatabaseError for what does not fit
    /// together, which no change through this program can have made.
    void prepare(rules::Catalog given);
    /// 0: not published.
    [[nodiscard]] std::uint64_t number_of(const rootfs::RecordName& name) const;
};

/// Keeps the newest snapshot. Asks the database for no more than the revision while nothing has changed there.
class Snapshots
{
public:
    explicit Snapshots(Database& database) : database_(database) {}
    boost::asio::awaitable<std::shared_ptr<const Snapshot>> current();

private:
    Database& database_;
    std::mutex mutex_;
    std::shared_ptr<const Snapshot> kept_;
};

} // namespace farboot::catalog
