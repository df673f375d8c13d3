#pragma once

#include "pbl/agent/system.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace farboot::agent
{

/// What this PC is, for a hello (docs/pcs.md): {"vendor", "product", "memory_mib", "cpu_flags", "gpus"}. What cannot
/// be found out is left out.
[[nodiscard]] nlohmann::json hardware_json(const System& system);
/// The same for the query of a menu (docs/http-api.md): "&vendor=…&product=…&memory_mib=…&cpu_flags=…&gpus=…".
/// What cannot be found out is left out, and so is whatever is beyond the server's limits: firmware writes anything,
/// and the PC is to get its menu all the same.
[[nodiscard]] std::string hardware_query(const System& system);
/// What DHCP says of the PC's place, for the same: "&dhcp=domain%3D…".
[[nodiscard]] std::string dhcp_query(const std::vector<std::string>& facts);

} // namespace farboot::agent
