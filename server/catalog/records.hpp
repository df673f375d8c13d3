#pragma once

#include "rootfs/record/policy.hpp"
#include "server/catalog/connection.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Published records in the database; the policies are among them, and the one with the highest number holds.
namespace farboot::catalog
{

struct PublishedRecord {
    rootfs::RecordHeader header;
    std::string title;
    std::string envelope; ///< JSON
    std::chrono::sys_seconds published;
};

/// "2026-01-31T12:00:00Z"
[[nodiscard]] std::string iso_time(std::chrono::sys_seconds time);

/// Takes an envelope that the current policy accepts, for the first policy of all one that accepts itself. Runs in a
/// write transaction. Reasons: those of Policy::open() and Policy::succeed(), policy-missing, number-too-low, and
/// type-unknown for statements.
[[nodiscard]] Result<PublishedRecord> publish(Connection& connection, std::string_view envelope,
                                              std::chrono::sys_seconds now);
/// The same, and also takes the first policy of all. Where it comes from must be beyond doubt: an admin's command on
/// this machine.
[[nodiscard]] Result<PublishedRecord> install_policy(Connection& connection, std::string_view envelope,
                                                     std::chrono::sys_seconds now);

/// No audience has this name: nobody belongs to it.
inline constexpr std::string_view unknown_audience = "?";
/// Whom the record's image is for, by name; empty: everybody, or it has no image. unknown_audience where that cannot be
/// read, which publish() does not let in. `record` has its envelope.
[[nodiscard]] std::string audience_of(const PublishedRecord& record);

[[nodiscard]] std::optional<PublishedRecord> newest_record(Connection& connection, const rootfs::RecordName& name);
[[nodiscard]] std::optional<PublishedRecord> find_record(Connection& connection, const rootfs::RecordHeader& header);
/// Without envelopes; newest of each series first.
[[nodiscard]] std::vector<PublishedRecord> list_records(Connection& connection);
[[nodiscard]] std::optional<rootfs::Policy> current_policy(Connection& connection);

} // namespace farboot::catalog
