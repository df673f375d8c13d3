#pragma once

#include "rootfs/base/error.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::rootfs
{

/// A stage line (docs/agent-protocol.md) of this boot.
struct BootStage {
    std::string name;
    double seconds = 0; ///< since the kernel's start
};

/// The name in a line "farboot: stage: <name> …"; empty: it is none.
[[nodiscard]] std::string_view stage_in(std::string_view line);

/// The stage that is systemd's word that the start is over.
inline constexpr std::string_view startup_stage = "startup-finished";

/// What kernel, initramfs, systemd and vmchooser have written to the journal since the start, in order; at most a
/// hundred. Of a stage that comes again, as when somebody else logs in, the first counts. Reason: journal.
[[nodiscard]] Result<std::vector<BootStage>> boot_stages();

/// Whether somebody can work now, so that what was read until now makes a boot profile: vmchooser is there, or systemd
/// said a minute ago that the start is over (for what a person starts next), or five minutes have passed. `up`: since
/// the kernel's start; `looking`: since the caller began to look.
[[nodiscard]] bool has_started(const std::vector<BootStage>& stages, std::chrono::duration<double> up,
                               std::chrono::duration<double> looking);

} // namespace farboot::rootfs
