#pragma once

#include "pbl/agent/pc_key.hpp"
#include "pbl/agent/system.hpp"

#include <filesystem>
#include <memory>

namespace farboot::agent
{

/// The key on a disk or stick with a place for it, made there if there is none yet. `program`: /usr/lib/farboot/pc-key,
/// which knows the places; `folder`: for the file on its way, in memory. Null without an error: there is no place.
/// Reasons: program-failed, key-malformed, disk-full (the key that was made could not be kept).
[[nodiscard]] Result<std::unique_ptr<PcKey>> open_disk_key(System& system, const std::filesystem::path& program,
                                                           const std::filesystem::path& folder);

} // namespace farboot::agent
