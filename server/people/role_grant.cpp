#include "server/people/role_grant.hpp"

#include <algorithm>

namespace farboot::people
{

using nlohmann::json;
using rules::wrong;

Parsed<std::vector<RoleGrant>> parse_role_grants(const json& root)
{
    std::vector<RoleGrant> grants;
    const auto found = root.find("roles");
    if (found == root.end())
        return grants;
    if (!found->is_array() || found->size() > max_role_grants)
        return wrong("roles", fmt::format("roles must be a list of at most {}.", max_role_grants));
    for (std::size_t i = 0; i < found->size(); ++i) {
        const auto& each = (*found)[i];
        const auto prefix = fmt::format("roles[{}].", i);
        if (!each.is_object())
            return wrong("roles", R"(roles must have objects such as {"role": 2, "location": 3}.)");
        if (const auto unknown = rules::unknown_member(each, prefix, {"role", "location", "object"}))
            return std::unexpected(*unknown);
        const auto role = rules::parse_id(each, "role", prefix + "role");
        if (!role)
            return std::unexpected(role.error());
        const auto id = role->value_or(0);
        if (id == 0)
            return wrong(prefix + "role", fmt::format("{}role must be the id of a role.", prefix));
        auto place = Place::parse(each, prefix);
        if (!place)
            return std::unexpected(place.error());
        RoleGrant grant{.role = id, .place = std::move(*place)};
        if (std::ranges::find(grants, grant) != grants.end())
            return wrong("roles", "roles must name each role only once for a place.");
        grants.push_back(std::move(grant));
    }
    return grants;
}

json role_grants_json(const std::vector<RoleGrant>& grants)
{
    auto list = json::array();
    for (const auto& grant : grants) {
        json row{{"role", grant.role}};
        grant.place.write_to(row);
        list.push_back(std::move(row));
    }
    return list;
}

} // namespace farboot::people
