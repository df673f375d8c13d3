#pragma once

#include "rootfs/base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace farboot::server
{

/// The whole file. Reasons: not-found, too-long, io.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& file, std::uint64_t max_bytes = 1 << 20);

/// Replaces the file as a whole: after a crash it has the old or the new content. Reason: io.
[[nodiscard]] Result<void> write_file(const std::filesystem::path& file, std::string_view content, unsigned mode);

} // namespace farboot::server
