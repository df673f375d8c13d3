#pragma once

#include "server/catalog/snapshot.hpp"

#include <string>
#include <vector>

namespace farboot::catalog
{

struct MenuOptions {
    std::string gui;                  ///< series of the graphical layer; empty: none
    std::vector<std::string> sources; ///< URLs of stores
    std::string tokens{};             ///< URL where tokens for restricted images are given out; empty: there are none
};

/// The menu of docs/http-api.md that answers a question, as JSON. A big catalog's is put together from texts that the
/// snapshot has ready.
[[nodiscard]] std::string menu(const Snapshot& snapshot, const rules::Question& question, const MenuOptions& options);

} // namespace farboot::catalog
