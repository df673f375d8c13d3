#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace farboot::catalog
{

/// The text of sql/<name>.sql.
[[nodiscard]] std::string_view sql(std::string_view name);

/// sql/NNN-….sql in order, by number.
[[nodiscard]] std::vector<std::pair<int, std::string_view>> migrations();

} // namespace farboot::catalog
