#pragma once

#include "server/catalog/connection.hpp"
#include "server/rules/rule.hpp"

#include <optional>
#include <string_view>
#include <vector>

/// Rules in the database. What changes something runs in a write transaction and raises the catalog's revision.
namespace farboot::catalog
{

/// In their order.
[[nodiscard]] std::vector<rules::Rule> list_rules(Connection& connection);
[[nodiscard]] std::optional<rules::Rule> find_rule(Connection& connection, std::int64_t id);

/// Puts it at the end; gives it with its id. Reasons: location-unknown, hardware-unknown, entry-unknown, zone-unknown,
/// too-many.
[[nodiscard]] Result<rules::Rule> create_rule(Connection& connection, rules::Rule rule);
/// Changes all but id and position. `if_match`: an If-Match header. Reasons: not-found, changed-meanwhile, and those of
/// create_rule().
[[nodiscard]] Result<rules::Rule> update_rule(Connection& connection, std::int64_t id, std::string_view if_match,
                                              rules::Rule rule);
/// Reasons: not-found, changed-meanwhile.
[[nodiscard]] Result<void> remove_rule(Connection& connection, std::int64_t id, std::string_view if_match);
/// `ids` names each rule once. Reason: order-outdated.
[[nodiscard]] Result<void> order_rules(Connection& connection, const std::vector<std::int64_t>& ids);

/// `statement`: rule-use-of-…, which finds a rule that names the id. Reason: in-use.
[[nodiscard]] Result<void> check_unused(Connection& connection, std::string_view statement, std::int64_t id);

} // namespace farboot::catalog
