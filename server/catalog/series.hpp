#pragma once

#include "server/catalog/records.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The versions of one record over time, and which of them is offered (docs/records.md, Versions).
namespace farboot::catalog
{

struct Series {
    rootfs::RecordName name{};
    std::optional<std::uint64_t> current{}; ///< the version that is offered: always a published one, not below `lowest`
    std::optional<std::uint64_t> lowest{};  ///< an admin's floor: nothing below it is offered
    std::int64_t version = 0;               ///< grows with each change of the series or of a version's state
    std::vector<PublishedRecord> versions{}; ///< without envelopes, newest first

    [[nodiscard]] std::string etag() const;
    /// Null: there is none of this number.
    [[nodiscard]] const PublishedRecord* find(std::uint64_t number) const;
};

/// What statements say is the lowest number that PCs may take; 0: nothing is said of this series, of which there are
/// only drafts. Never above the current version, nor above one that an entry asks for by its number, which are the
/// numbers `in_use`. `versions` must be there.
[[nodiscard]] std::uint64_t floor_of(const Series& series, const std::vector<std::uint64_t>& in_use = {});

/// What the audit log says of a series: without versions.
[[nodiscard]] nlohmann::json choice_json(const Series& series);
/// All of it (docs/http-api.md).
[[nodiscard]] nlohmann::json series_json(const Series& series, std::uint64_t floor);

[[nodiscard]] std::optional<Series> find_series(Connection& connection, const rootfs::RecordName& name);

/// All of them, with their versions.
[[nodiscard]] std::vector<Series> list_series(Connection& connection);

/// A record has come: it is the current one unless it is a draft. Of publish(), in its transaction.
void note_version(Connection& connection, const rootfs::RecordHeader& record, VersionState state);

// What follows runs in a write transaction and raises the catalog's revision. `if_match`: an If-Match header. Reasons
// of both: not-found, changed-meanwhile, policy-fixed (of policies the newest holds, always).

/// Rolls back (or forward) to another published version, or sets the floor. Reasons, too: version-unknown (no published
/// one has this number), floor-too-high (the floor would be above the current version).
[[nodiscard]] Result<Series> choose_version(Connection& connection, const rootfs::RecordName& name,
                                            std::string_view if_match, std::uint64_t current,
                                            std::optional<std::uint64_t> lowest);

/// Publishes, retires or revokes a version. A published one becomes the current one if it is newer than that; when the
/// current one ceases to be published, the newest published one below it takes its place, never a newer one, from which
/// somebody may have rolled back. Reasons, too: version-unknown, state-order (nothing becomes a draft again; a revoked
/// version has to be retired before it is published).
[[nodiscard]] Result<Series> set_version_state(Connection& connection, const rootfs::RecordHeader& record,
                                               std::string_view if_match, VersionState state,
                                               std::chrono::sys_seconds now);

} // namespace farboot::catalog
