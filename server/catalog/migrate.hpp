#pragma once

#include "server/catalog/connection.hpp"

namespace farboot::catalog
{

/// Brings the database to this program's schema, each step in one transaction: an interrupted migration goes on where
/// it was. Reason: schema-newer, when a newer program has changed the database.
[[nodiscard]] Result<void> migrate(Connection& connection);

} // namespace farboot::catalog
