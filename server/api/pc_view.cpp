#include "server/api/pc_view.hpp"

#include "server/api/question.hpp"

#include "server/catalog/pc_boots.hpp"

namespace farboot::server::api
{

using catalog::Connection;
using catalog::Pc;
using nlohmann::json;

std::vector<const rules::Location*> path_of(const catalog::Snapshot& snapshot, const Pc& pc)
{
    auto known = known_pc(pc.facts, !pc.key.empty());
    known.dhcp.clear(); // rights go by this place, and DHCP facts are the PC's own word
    return snapshot.rules->path_of(known);
}

namespace
{

/// Null: nowhere.
json place_of(const catalog::Snapshot& snapshot, const Pc& pc)
{
    const auto path = path_of(snapshot, pc);
    if (path.empty())
        return nullptr;
    return {{"id", path.front()->id}, {"name", rules::text_json(path.front()->name)}};
}

} // namespace

bool may_with_pc(const Principal& principal, Right right, const catalog::Snapshot& snapshot, const Pc& pc)
{
    std::vector<std::int64_t> ids;
    for (const auto* location : path_of(snapshot, pc))
        ids.push_back(location->id);
    return principal.may_at(right, ids);
}

json runs_of(Connection& connection, const Pc& pc)
{
    if (pc.state == catalog::PcState::off || pc.state == catalog::PcState::preboot)
        return nullptr;
    const auto boot = catalog::newest_pc_boot(connection, pc.id);
    if (!boot || boot->ended || boot->record.empty())
        return nullptr;
    return {{"record", boot->record}, {"number", boot->number}};
}

json pc_json(const catalog::Snapshot& snapshot, const Pc& pc, json runs)
{
    auto row = pc.to_json();
    row["runs"] = std::move(runs);
    row["location"] = place_of(snapshot, pc);
    row["etag"] = pc.etag();
    return row;
}

} // namespace farboot::server::api
