#pragma once

#include "server/catalog/connection.hpp"
#include "server/rules/hardware.hpp"

#include <optional>
#include <string_view>
#include <vector>

/// Hardware classes in the database. What changes something runs in a write transaction and raises the catalog's
/// revision.
namespace farboot::catalog
{

/// By id.
[[nodiscard]] std::vector<rules::HardwareClass> list_hardware(Connection& connection);
[[nodiscard]] std::optional<rules::HardwareClass> find_hardware(Connection& connection, std::int64_t id);

/// Gives it with its id. Reason: too-many.
[[nodiscard]] Result<rules::HardwareClass> create_hardware(Connection& connection, rules::HardwareClass hardware);
/// `if_match`: an If-Match header. Reasons: not-found, changed-meanwhile.
[[nodiscard]] Result<rules::HardwareClass> update_hardware(Connection& connection, std::int64_t id,
                                                           std::string_view if_match, rules::HardwareClass hardware);
/// Reasons: not-found, changed-meanwhile, in-use (a rule names it).
[[nodiscard]] Result<void> remove_hardware(Connection& connection, std::int64_t id, std::string_view if_match);

} // namespace farboot::catalog
