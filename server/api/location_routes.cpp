#include "server/api/resource.hpp"

#include "server/catalog/locations.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace farboot::server::api
{

namespace
{

using catalog::Connection;
using rules::Location;

/// What somebody may edit of a tree, he could widen by giving it other places' networks: whose right is for some
/// locations only may divide their subnets up, but not add any.
Result<void> check_subnets(Connection& connection, const Principal& principal, const Location* before,
                           const Location& after)
{
    std::vector<Subnet> own;
    const auto from = before ? std::optional(before->id) : after.parent;
    for (const auto id : from ? catalog::location_path(connection, *from) : std::vector<std::int64_t>())
        if (principal.may_at(connection, Right::edit_locations, id))
            if (const auto location = catalog::find_location(connection, id))
                own.insert(own.end(), location->subnets.begin(), location->subnets.end());
    for (const auto& subnet : after.subnets)
        if (std::ranges::none_of(
                own, [&](const Subnet& each) { return each.prefix <= subnet.prefix && each.contains(subnet.network); }))
            return fail("right-missing",
                        "{} is in none of the subnets of the locations that you may edit: only somebody with the right "
                        "{} for everything can add it.",
                        subnet.text(), people::name_of(Right::edit_locations));
    return {};
}

/// PCs of a location read for its audiences: who gives them that has it himself.
Result<void> check_audiences(const Principal& principal, const Location* before, const Location* after)
{
    for (const auto& audience : after ? after->audiences : std::vector<std::string>()) {
        const bool had = before && std::ranges::count(before->audiences, audience) > 0;
        if (!had)
            if (auto may = principal.need_on(Right::read_restricted, people::audience_object(audience)); !may)
                return may;
    }
    return {};
}

/// Settings say whose keys and log-ins open a PC: they need a right of their own.
Result<void> check_settings(Connection& connection, const Principal& principal, const Location* before,
                            const Location* after)
{
    if (!after || after->settings == (before ? before->settings : settings::Settings()))
        return {};
    return principal.need_at(connection, Right::edit_settings, before ? std::optional(before->id) : after->parent);
}

struct Locations {
    using Thing = Location;
    static constexpr const char* path = "locations";
    static constexpr const char* member = "locations";
    static constexpr const char* noun = "location";
    static constexpr const char* code = "location";
    static constexpr auto read_right = Right::read_catalog;
    static constexpr auto edit_right = Right::edit_locations;
    static constexpr bool everything_only = false;
    static constexpr auto list = catalog::list_locations;
    static constexpr auto find = catalog::find_location;
    static constexpr auto create = catalog::create_location;
    static constexpr auto update = catalog::update_location;
    static constexpr auto remove = catalog::remove_location;

    /// It, what it is moved out of, and what it is moved into.
    static Result<void> check(Connection& connection, const Principal& principal, const Thing* before,
                              const Thing* after)
    {
        if (auto may = check_audiences(principal, before, after); !may)
            return may;
        if (auto may = check_settings(connection, principal, before, after); !may)
            return may;
        if (principal.may(edit_right))
            return {};
        if (before)
            if (auto may = principal.need_at(connection, edit_right, before->id); !may)
                return may;
        const bool moved = !before || !after || before->parent != after->parent;
        if (moved && before)
            if (auto may = principal.need_at(connection, edit_right, before->parent); !may)
                return may;
        if (moved && after)
            if (auto may = principal.need_at(connection, edit_right, after->parent); !may)
                return may;
        return after ? check_subnets(connection, principal, before, *after) : Result<void>();
    }

    /// Those above one that he may read are among them: without them it would hang in the air.
    static std::vector<Thing> readable(Connection& connection, const Principal& principal, std::vector<Thing> things)
    {
        if (principal.may(read_right))
            return things;
        std::unordered_map<std::int64_t, std::optional<std::int64_t>> parents;
        for (const auto& thing : things)
            parents.emplace(thing.id, thing.parent);
        std::unordered_set<std::int64_t> wanted;
        for (const auto& thing : things) {
            std::vector<std::int64_t> way{thing.id};
            for (auto above = thing.parent; above;) {
                const auto known = parents.find(*above);
                if (known == parents.end()) { // one alone was asked for
                    const auto rest = catalog::location_path(connection, *above);
                    way.insert(way.end(), rest.begin(), rest.end());
                    break;
                }
                way.push_back(*above);
                above = known->second;
            }
            if (principal.may_at(read_right, way))
                wanted.insert(way.begin(), way.end());
        }
        std::erase_if(things, [&](const Thing& thing) { return !wanted.contains(thing.id); });
        return things;
    }
};

} // namespace

void add_location_routes(http::Router& router, const Context& context)
{
    Resource<Locations>::add_routes(router, context);
}

} // namespace farboot::server::api
