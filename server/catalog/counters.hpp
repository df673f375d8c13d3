#pragma once

#include "server/catalog/connection.hpp"

#include <cstdint>
#include <string_view>

namespace farboot::catalog
{

/// Raises a counter and gives its new value, in a write transaction: no id is used twice.
[[nodiscard]] std::int64_t next_number(Connection& connection, std::string_view counter);

/// The catalog's revision, and the next one.
[[nodiscard]] std::int64_t revision(Connection& connection);
void raise_revision(Connection& connection);

} // namespace farboot::catalog
