#pragma once

#include "rootfs/base/error.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace farboot::rootfs
{

/// Sends the packet that wakes a sleeping PC (AMD's Magic Packet: six bytes 0xff, then its MAC sixteen times; UDP port
/// 9) to everybody on each IPv4 network that this machine is in, and to the broadcast addresses of `networks`
/// ("10.1.255.255"), which routers pass on where they are told to. `mac`: "52:54:00:12:34:56". Reasons: mac-malformed,
/// no-network (it could be sent nowhere).
[[nodiscard]] Result<void> send_magic_packet(std::string_view mac, const std::vector<std::string>& networks = {});

/// What a server wants a PC to do for its neighbours (docs/jobs.md): the same for each MAC of a list, at most 64. What
/// is malformed, and what cannot be sent, is passed over.
void wake_all(const nlohmann::json& macs);

} // namespace farboot::rootfs
