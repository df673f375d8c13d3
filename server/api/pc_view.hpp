#pragma once

#include "server/api/auth.hpp"
#include "server/catalog/pc.hpp"
#include "server/catalog/snapshot.hpp"

#include <nlohmann/json.hpp>

#include <vector>

/// A PC as admins see it.
namespace farboot::server::api
{

/// Where the rules see it, from its location to the root; empty: nowhere.
[[nodiscard]] std::vector<const rules::Location*> path_of(const catalog::Snapshot& snapshot, const catalog::Pc& pc);
/// Has he the right there? A PC that is nowhere is for those alone who have the right for everything.
[[nodiscard]] bool may_with_pc(const Principal& principal, Right right, const catalog::Snapshot& snapshot,
                               const catalog::Pc& pc);
/// The record of what it is in; null: of nothing.
[[nodiscard]] nlohmann::json runs_of(catalog::Connection& connection, const catalog::Pc& pc);
[[nodiscard]] nlohmann::json pc_json(const catalog::Snapshot& snapshot, const catalog::Pc& pc, nlohmann::json runs);

} // namespace farboot::server::api
