#pragma once

#include "rootfs/base/error.hpp"
#include "vmchooser/domain/offering.hpp"

#include <filesystem>

namespace farboot::vmchooser
{

/// Writes a CD image (ISO 9660 with Joliet and Rock Ridge names, volume FARBOOT) with the script and farboot.json,
/// which says what it is (docs/guest-scripts.md). Reason: scratch.
[[nodiscard]] Result<void> write_script_medium(const std::filesystem::path& file, const Script& script);

} // namespace farboot::vmchooser
