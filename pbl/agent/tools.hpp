#pragma once

#include "pbl/agent/system.hpp"
#include "rootfs/record/record.hpp"

#include <string_view>

/// Entries of the menu that start no system (docs/http-api.md): "tool/reboot", "tool/power-off", "tool/firmware-setup",
/// "tool/local-disk". They are no records: nothing is fetched for them.
namespace farboot::agent
{

[[nodiscard]] inline bool is_tool(const rootfs::RecordName& choice)
{
    return choice.type == "tool";
}

/// What a menu's entry or a person names: a record, or a tool that this agent knows. Reasons: record-malformed,
/// tool-unknown.
[[nodiscard]] Result<rootfs::RecordName> parse_choice(std::string_view text);

/// Does what the tool needs before the PC goes off or starts anew. True: it is to start anew. Reasons: those of
/// ask_for_setup() and ask_for_disk().
[[nodiscard]] Result<bool> prepare_tool(System& system, const rootfs::RecordName& tool);

} // namespace farboot::agent
