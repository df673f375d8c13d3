#pragma once

#include "rootfs/base/error.hpp"

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

} // namespace farboot::rootfs
