#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

/// What the server says of PCs (docs/http-api.md), as text for people. What is missing or of another type is left out.
namespace farboot::rootfs
{

/// "    12  running  confirmed  Seat 3  (Room 12)"; with the code of a key that waits.
[[nodiscard]] std::string pc_line(const nlohmann::json& pc);
/// A line for each thing known.
[[nodiscard]] std::string pc_text(const nlohmann::json& pc);
/// {"boots": […]}: a line a start, and one for the stages of each of its systems.
[[nodiscard]] std::string pc_starts_text(const nlohmann::json& answer);
/// {"commands": […]}: a line each.
[[nodiscard]] std::string pc_commands_text(const nlohmann::json& answer);

} // namespace farboot::rootfs
