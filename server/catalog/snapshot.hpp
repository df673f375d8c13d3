#pragma once

#include "rootfs/record/statement.hpp"
#include "server/catalog/database.hpp"
#include "server/catalog/entry.hpp"
#include "server/catalog/series.hpp"
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
    std::map<rootfs::RecordName, std::uint64_t> current; ///< number of the version that each series offers
    std::map<std::int64_t, std::uint64_t> fixed;         ///< by entry: the version it asks for, if that can be offered
    std::map<std::int64_t, std::string> audiences;       ///< by entry, of those whose image is not for everybody
    std::vector<rootfs::Statement::Lowest> lowest;       ///< for statements
    std::vector<Digest> revoked;                         ///< for statements: digests of payloads
    std::string newest_gui;                    ///< series of the gui record published last; empty: there is none
    std::shared_ptr<const rules::Index> rules; ///< its items are the entries
    std::vector<std::string> menu_entries;     ///< what menus say of each entry, as JSON: made once, for all menus

    [[nodiscard]] static Snapshot load(Connection& connection);
    /// Makes `rules` of entries, current records and what else decides. Throws DatabaseError for what does not fit
    /// together, which no change through this program can have made.
    void prepare(rules::Catalog given);
    /// Of the version that is offered; 0: none is.
    [[nodiscard]] std::uint64_t number_of(const rootfs::RecordName& name) const;
    /// Of the version that the entry shows; 0: it is not offered.
    [[nodiscard]] std::uint64_t number_of(const Entry& entry) const;

private:
    /// Notes which versions of a series entries ask for, and gives those that can be offered.
    std::vector<std::uint64_t> take_fixed(const Series& series);
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
