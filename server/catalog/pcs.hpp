#pragma once

#include "server/catalog/pc.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The PCs that have been here, and their keys. What changes something runs in a write transaction. The catalog's
/// revision stays: no menu depends on what a PC does.
namespace farboot::catalog
{

inline constexpr std::int64_t max_pcs = 100'000;

/// A key that a PC has proven to have.
struct ProvenKey {
    std::string key;  ///< as PcKey has it
    std::string kept; ///< "tpm" or "disk"
};

/// Whom a PC was found to be.
struct Met {
    Pc pc;
    bool enrolled = false; ///< it has proven the key that is confirmed for this PC
    bool stranger = false; ///< the PC is enrolled, and this one has not its key: it may not speak for it
    bool known = true;     ///< false: it is here for the first time
};

/// A PC comes up: finds it by its key, else by its identity, or registers it. Of a stranger only the key is noted, for
/// an admin to look at. If there are max_pcs already, the one that is not enrolled and was seen longest ago goes.
/// Reasons: pc-nameless (neither UUID nor MAC tells it apart), pcs-full.
[[nodiscard]] Result<Met> meet_pc(Connection& connection, const PcFacts& facts, const std::optional<ProvenKey>& proof,
                                  std::chrono::sys_seconds now);

void set_pc_state(Connection& connection, std::int64_t id, PcState state, std::chrono::sys_seconds now);
/// Notes that the PC has been heard of, from this address.
void see_pc(Connection& connection, std::int64_t id, std::string_view address, std::chrono::sys_seconds now);

struct PcFilter {
    std::int64_t after = 0; ///< ids greater than this
    int limit = 100;
    std::optional<PcState> state{};
    bool asking = false; ///< those with a key that waits to be confirmed
};
[[nodiscard]] std::vector<Pc> list_pcs(Connection& connection, const PcFilter& filter);
[[nodiscard]] std::optional<Pc> find_pc(Connection& connection, std::int64_t id);

/// `name`: at most 200 printable characters. Reasons: not-found, changed-meanwhile, name-malformed.
[[nodiscard]] Result<Pc> rename_pc(Connection& connection, std::int64_t id, std::string_view if_match,
                                   std::string_view name);
/// Confirms the key that asks, which has this code: what somebody has compared is what counts. `by`: a user. Reasons:
/// not-found, nobody-asks, code-wrong (another key asks meanwhile), key-taken (it is another PC's).
[[nodiscard]] Result<Pc> confirm_pc(Connection& connection, std::int64_t id, std::string_view code, std::string_view by,
                                    std::chrono::sys_seconds now);
/// Neither the confirmed nor the asking key counts any longer, and what was given out for them neither. Reason:
/// not-found.
[[nodiscard]] Result<Pc> unconfirm_pc(Connection& connection, std::int64_t id);
/// Forgets all of the PC; it may come again. Reasons: not-found, changed-meanwhile.
[[nodiscard]] Result<void> remove_pc(Connection& connection, std::int64_t id, std::string_view if_match);

/// A secret that all servers of the catalog share; made when it is asked for first.
[[nodiscard]] Result<std::string> shared_secret(Connection& connection, std::string_view name);

/// How many PCs are in which state; none are in those that are not there.
[[nodiscard]] std::map<std::string, std::int64_t> count_pcs_by_state(Connection& connection);

} // namespace farboot::catalog
