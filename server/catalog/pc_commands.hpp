#pragma once

#include "server/catalog/pc_sessions.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What an admin wants a PC to do. PCs fetch it; nothing is pushed into them, and only enrolled ones get any.
namespace farboot::catalog
{

struct PcCommand {
    std::int64_t id = 0;
    /// "reboot", "power-off", "kexec-reboot": a system restarts, as this record if there is one, without the firmware;
    /// or "boot": start this record at the next start, without asking.
    std::string action;
    std::string record; ///< "boot/…"
    std::chrono::sys_seconds made{};
    std::string made_by;
    std::optional<std::chrono::sys_seconds> taken; ///< the PC has got it; it never gets one twice
    std::string outcome;                           ///< "done", "replaced", or the PC's sentence; empty: none yet

    [[nodiscard]] nlohmann::json to_json() const;
};

/// Takes the place of one that the PC has not fetched yet. Reasons: not-found, not-enrolled, action-unknown,
/// record-unknown (it is no boot record's name).
[[nodiscard]] Result<PcCommand> command_pc(Connection& connection, std::int64_t pc, std::string_view action,
                                           std::string_view record, std::string_view by, std::chrono::sys_seconds now);
/// A command that the PC gets in the same answer. The PC is there, and enrolled.
[[nodiscard]] PcCommand give_pc_command(Connection& connection, std::int64_t pc, std::string_view action,
                                        std::string_view record, std::string_view by, std::chrono::sys_seconds now);
/// The command that waits for the PC, if this is a session that gets it: "boot" is for its preboot system alone, which
/// takes "kexec-reboot" as "boot" or "reboot".
[[nodiscard]] std::optional<PcCommand> take_pc_command(Connection& connection, const PcSession& session,
                                                       std::chrono::sys_seconds now);
/// Newest first, at most 20.
[[nodiscard]] std::vector<PcCommand> list_pc_commands(Connection& connection, std::int64_t pc);
/// What is kept of a PC's own words: at most 200 characters, in one line; "?": they are something else.
[[nodiscard]] std::string_view kept_outcome(std::string_view text);
/// What the PC says of a command of its own, as far as it is kept.
void tell_pc_outcome(Connection& connection, std::int64_t pc, std::int64_t command, std::string_view outcome);

} // namespace farboot::catalog
