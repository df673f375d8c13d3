#pragma once

#include "server/rules/zone.hpp"

#include <memory>
#include <string>

namespace farboot::catalog
{

/// A time zone of the system's IANA database (Debian: tzdata), for the years that rules may name. Null: it has none of
/// that name. What was read once is kept: a newer tzdata counts from the server's next start.
[[nodiscard]] std::shared_ptr<const rules::Zone> find_zone(const std::string& name);

} // namespace farboot::catalog
