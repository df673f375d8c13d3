#pragma once

#include "rootfs/record/policy.hpp"
#include "server/catalog/connection.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Records in the database; the policies are among them, and the one with the highest number holds.
namespace farboot::catalog
{

/// What has become of one version of a series.
enum class VersionState : std::uint8_t {
    draft,     ///< is there, and offered to nobody
    published, ///< may be offered
    retired,   ///< offered no more; whoever has it may go on
    revoked,   ///< refused by every PC that asks the server for a statement
};
/// "draft"
[[nodiscard]] std::string_view name_of(VersionState state);
[[nodiscard]] std::optional<VersionState> version_state_named(std::string_view name);

struct PublishedRecord {
    rootfs::RecordHeader header;
    std::string title;
    std::string envelope;               ///< JSON
    std::chrono::sys_seconds published; ///< when it came, or when it became published
    VersionState state = VersionState::published;
    bool current = false;    ///< of list_records() and current_record(): what its series offers
    bool sent_again = false; ///< of publish(): it was there before, and nothing has changed
};

/// "2026-01-31T12:00:00Z"
[[nodiscard]] std::string iso_time(std::chrono::sys_seconds time);

/// Takes an envelope that the current policy accepts, for the first policy of all one that accepts itself, as a draft
/// or published; the latter is then what its series offers. What is there already, with this number and content and in
/// this state, is given back as it is. Runs in a write transaction.
/// Reasons: those of Policy::open() and Policy::succeed(), policy-missing, number-too-low, type-unknown for statements,
/// and state-malformed for drafts of policies and other states.
[[nodiscard]] Result<PublishedRecord> publish(Connection& connection, std::string_view envelope,
                                              std::chrono::sys_seconds now,
                                              VersionState state = VersionState::published);
/// The same, and also takes the first policy of all. Where it comes from must be beyond doubt: an admin's command on
/// this machine.
[[nodiscard]] Result<PublishedRecord> install_policy(Connection& connection, std::string_view envelope,
                                                     std::chrono::sys_seconds now);

/// No audience has this name: nobody belongs to it.
inline constexpr std::string_view unknown_audience = "?";
/// Whom the record's image is for, by name; empty: everybody, or it has no image. unknown_audience where that cannot be
/// read, which publish() does not let in. `record` has its envelope.
[[nodiscard]] std::string audience_of(const PublishedRecord& record);

/// What its series offers (series.hpp).
[[nodiscard]] std::optional<PublishedRecord> current_record(Connection& connection, const rootfs::RecordName& name);
/// In whatever state.
[[nodiscard]] std::optional<PublishedRecord> find_record(Connection& connection, const rootfs::RecordHeader& header);
/// Without envelopes, in whatever state; newest of each series first.
[[nodiscard]] std::vector<PublishedRecord> list_records(Connection& connection);
/// The same of one series; `current` is not said.
[[nodiscard]] std::vector<PublishedRecord> list_versions(Connection& connection, const rootfs::RecordName& name);
/// Digests of revoked records' payloads.
[[nodiscard]] std::vector<Digest> revoked_payloads(Connection& connection);
[[nodiscard]] std::optional<rootfs::Policy> current_policy(Connection& connection);

} // namespace farboot::catalog
