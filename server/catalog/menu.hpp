#pragma once

#include "server/catalog/snapshot.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace farboot::catalog
{

struct MenuOptions {
    std::string kind;                 ///< system, vm: what is listed
    std::string gui;                  ///< series of the graphical layer; empty: none
    std::vector<std::string> sources; ///< URLs of stores
};

/// The menu of docs/http-api.md.
[[nodiscard]] nlohmann::json menu(const Snapshot& snapshot, const MenuOptions& options);

} // namespace farboot::catalog
