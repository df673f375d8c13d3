#include "server/people/right.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace farboot::people
{

namespace
{

using Named = std::pair<Right, std::string_view>;

constexpr auto names = std::to_array<Named>({
    {Right::read_catalog, "catalog.read"},
    {Right::edit_entries, "entries.edit"},
    {Right::edit_locations, "locations.edit"},
    {Right::edit_settings, "settings.edit"},
    {Right::edit_rules, "rules.edit"},
    {Right::publish_records, "records.publish"},
    {Right::upload, "store.upload"},
    {Right::manage_pcs, "pcs.manage"},
    {Right::confirm_pcs, "pcs.confirm"},
    {Right::manage_users, "users.manage"},
    {Right::read_audit, "audit.read"},
    {Right::send_uploads, "uploads.send"},
    {Right::read_restricted, "restricted.read"},
});

} // namespace

const std::vector<Right>& all_rights()
{
    static const std::vector<Right> all = [] {
        std::vector<Right> rights;
        rights.reserve(names.size());
        for (const auto& [right, name] : names)
            rights.push_back(right);
        return rights;
    }();
    return all;
}

std::string_view name_of(Right right)
{
    return std::ranges::find(names, right, &Named::first)->second;
}

std::optional<Right> right_named(std::string_view name)
{
    const auto* found = std::ranges::find(names, name, &Named::second);
    return found == names.end() ? std::nullopt : std::optional(found->first);
}

RightSet RightSet::all()
{
    RightSet set;
    for (const auto right : all_rights())
        set.add(right);
    return set;
}

} // namespace farboot::people
