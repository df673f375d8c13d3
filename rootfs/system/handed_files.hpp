#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/record/record.hpp"

#include <filesystem>
#include <string>

/// What the preboot system has handed over in /run/farboot (docs/records.md).
namespace farboot::rootfs
{

/// Empty: it is not there.
[[nodiscard]] std::string handed_file(const std::filesystem::path& folder, const char* name);

/// What this system was started as. Reason: handover-malformed.
[[nodiscard]] Result<RecordHeader> handed_record(const std::filesystem::path& folder);

} // namespace farboot::rootfs
