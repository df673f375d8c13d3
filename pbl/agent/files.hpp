#pragma once

#include "rootfs/base/error.hpp"

#include <filesystem>
#include <string>
#include <string_view>

/// Plain files of the agent's own folders.
namespace farboot::agent
{

/// At most `limit` bytes. Reasons: not-found, io.
[[nodiscard]] Result<std::string> read_small_file(const std::filesystem::path& file, std::size_t limit = 1 << 20);

/// Replaces a file as a whole: nobody sees half of it. Reason: io.
[[nodiscard]] Result<void> write_file(const std::filesystem::path& file, std::string_view content,
                                      std::filesystem::perms permissions);

} // namespace farboot::agent
