#pragma once

#include "server/catalog/connection.hpp"
#include "server/rules/location.hpp"

#include <optional>
#include <string_view>
#include <vector>

/// The tree of locations in the database. What changes something runs in a write transaction and raises the catalog's
/// revision.
namespace farboot::catalog
{

/// By id.
[[nodiscard]] std::vector<rules::Location> list_locations(Connection& connection);
[[nodiscard]] std::optional<rules::Location> find_location(Connection& connection, std::int64_t id);

/// Gives it with its id. Reasons: parent-unknown, too-deep, subnet-taken, mac-taken, uuid-taken (another location has
/// it), too-many.
[[nodiscard]] Result<rules::Location> create_location(Connection& connection, rules::Location location);
/// `if_match`: an If-Match header. Reasons: not-found, changed-meanwhile, parent-cycle (it would be below itself), and
/// those of create_location().
[[nodiscard]] Result<rules::Location> update_location(Connection& connection, std::int64_t id,
                                                      std::string_view if_match, rules::Location location);
/// Reasons: not-found, changed-meanwhile, in-use (there is a location below it, a rule for it, or a role of
/// somebody's).
[[nodiscard]] Result<void> remove_location(Connection& connection, std::int64_t id, std::string_view if_match);

} // namespace farboot::catalog
