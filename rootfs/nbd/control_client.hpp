#pragma once

#include "rootfs/base/error.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

namespace farboot::rootfs
{

/// Sends one line to a reader's control socket and waits for its answer, without the line end; gives up when nothing
/// has come for as long as `patience`. Reasons: unreachable, io, too-long.
[[nodiscard]] Result<std::string> ask_reader(const std::filesystem::path& socket, std::string_view line,
                                             std::chrono::seconds patience = std::chrono::seconds(30));

} // namespace farboot::rootfs
