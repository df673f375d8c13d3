#pragma once

#include "rootfs/base/error.hpp"

#include <filesystem>
#include <string>

namespace farboot::rootfs
{

/// Asks the server as this PC, through farboot-system(8) on its socket: "GET", "/api/v1/menu?for=session". Gives the
/// answer's body. Blocks. Reasons: relay-away (nobody answers on the socket: ask the server directly), relay-refused,
/// and those of HttpClient::fetch_ok().
[[nodiscard]] Result<std::string> ask_relay(const std::filesystem::path& socket, const std::string& method,
                                            const std::string& path, const std::string& body = {});

} // namespace farboot::rootfs
