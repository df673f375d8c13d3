#pragma once

#include "server/catalog/snapshot.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace farboot::catalog
{

struct MenuOptions {
    std::string gui;                  ///< series of the graphical layer; empty: none
    std::vector<std::string> sources; ///< URLs of stores
    std::string tokens{};             ///< URL where tokens for restricted images are given out; empty: there are none
    bool login = false;               ///< somebody may log in at this PC
    std::string person{};             ///< who has; empty: nobody
    std::string person_name{};        ///< in full; may be empty
    std::vector<std::int64_t> favourites{}; ///< of his: entries that come first, in this order
};

/// The menu of docs/http-api.md that answers a question, as JSON. A big catalog's is put together from texts that the
/// snapshot has ready.
[[nodiscard]] std::string menu(const Snapshot& snapshot, const rules::Question& question, const MenuOptions& options);

} // namespace farboot::catalog
