#pragma once

#include "server/catalog/counters.hpp"
#include "server/catalog/entry.hpp"

#include <optional>
#include <string_view>
#include <vector>

/// The menu's entries in the database. What changes something runs in a write transaction and raises the catalog's
/// revision.
namespace farboot::catalog
{

/// Hidden ones too, in order.
[[nodiscard]] std::vector<Entry> list_entries(Connection& connection);
[[nodiscard]] std::optional<Entry> find_entry(Connection& connection, std::int64_t id);

/// Puts it at the end; gives it with its id. Reason: auto-taken (another visible entry boots by itself).
[[nodiscard]] Result<Entry> create_entry(Connection& connection, Entry entry);
/// Changes all but id and position. `if_match`: an If-Match header. Reasons: not-found, changed-meanwhile, auto-taken.
[[nodiscard]] Result<Entry> update_entry(Connection& connection, std::int64_t id, std::string_view if_match,
                                         Entry entry);
/// Reasons: not-found, changed-meanwhile, in-use (a rule names it).
[[nodiscard]] Result<void> remove_entry(Connection& connection, std::int64_t id, std::string_view if_match);
/// `ids` names each entry once. Reason: order-outdated.
[[nodiscard]] Result<void> order_entries(Connection& connection, const std::vector<std::int64_t>& ids);

} // namespace farboot::catalog
