#pragma once

#include <cstdint>
#include <filesystem>

namespace farboot::agent
{

/// What the reader with this control socket has fetched from the network so far, in bytes; 0 if it does not say.
[[nodiscard]] std::uint64_t fetched_bytes(const std::filesystem::path& control_socket);

} // namespace farboot::agent
