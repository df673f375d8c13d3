#include "server/rules/impl/prepared.hpp"

#include <algorithm>
#include <functional>
#include <tuple>

namespace farboot::rules
{

namespace
{

std::vector<std::uint32_t> add_names(Names& names, const std::vector<std::string>& list)
{
    std::vector<std::uint32_t> numbers;
    numbers.reserve(list.size());
    for (const auto& name : list)
        numbers.push_back(names.add(name));
    std::ranges::sort(numbers);
    return numbers;
}

template <class Key>
Result<void> add_key(Places<Key>& places, const Key& key, std::uint32_t number, const std::string& text)
{
    if (!places.emplace(key, number).second)
        return fail("location-malformed", "{} is in two locations.", text);
    return {};
}

} // namespace

Result<void> Index::Impl::set_depth(std::uint32_t start)
{
    std::vector<std::uint32_t> open;
    auto number = start;
    for (; number != none && nodes[number].depth < 0; number = nodes[number].parent) {
        open.push_back(number);
        if (open.size() > static_cast<std::size_t>(max_location_depth))
            return fail("location-malformed", "Location {} is below itself, or more than {} deep.",
                        catalog.locations[start].id, max_location_depth);
    }
    int depth = number == none ? -1 : nodes[number].depth;
    for (; !open.empty(); open.pop_back())
        nodes[open.back()].depth = ++depth;
    if (depth >= max_location_depth)
        return fail("location-malformed", "Location {} is more than {} deep.", catalog.locations[start].id,
                    max_location_depth);
    return {};
}

Result<void> Index::Impl::add_keys(std::uint32_t number)
{
    const auto& location = catalog.locations[number];
    for (const auto& uuid : location.uuids)
        if (auto added = add_key(uuids, uuid, number, uuid.text()); !added)
            return added;
    for (const auto& mac : location.macs)
        if (auto added = add_key(macs, mac, number, mac.text()); !added)
            return added;
    for (const auto& fact : location.dhcp)
        if (auto added = add_key(dhcp, fact, number, fact.text()); !added)
            return added;
    for (const auto& subnet : location.subnets) {
        auto found = std::ranges::find_if(
            subnets, [&](const Subnets& each) { return each.v4 == subnet.network.v4 && each.prefix == subnet.prefix; });
        if (found == subnets.end())
            found = subnets.insert(subnets.end(), {subnet.network.v4, subnet.prefix, {}});
        if (auto added = add_key(found->places, subnet.network, number, subnet.text()); !added)
            return added;
    }
    return {};
}

Result<void> Index::Impl::link_locations()
{
    nodes.resize(catalog.locations.size());
    for (std::uint32_t i = 0; i < nodes.size(); ++i)
        if (!locations.emplace(catalog.locations[i].id, i).second)
            return fail("location-malformed", "There are two locations {}.", catalog.locations[i].id);
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
        const auto& location = catalog.locations[i];
        if (location.parent) {
            const auto found = locations.find(*location.parent);
            if (found == locations.end())
                return fail("location-malformed", "Location {} is below {}, which is not there.", location.id,
                            *location.parent);
            nodes[i].parent = found->second;
        }
        if (auto added = add_keys(i); !added)
            return added;
    }
    for (std::uint32_t i = 0; i < nodes.size(); ++i)
        if (auto set = set_depth(i); !set)
            return set;
    std::ranges::sort(subnets, std::greater(), &Subnets::prefix);
    return {};
}

std::uint32_t Index::Impl::zone_number(const std::string& name)
{
    const auto found = catalog.zones.find(name);
    if (found == catalog.zones.end())
        return none;
    const auto [place, fresh] = zone_numbers.try_emplace(name, static_cast<std::uint32_t>(zones.size()));
    if (fresh)
        zones.push_back(&found->second);
    return place->second;
}

Result<Prepared> Index::Impl::prepared(const Rule& rule)
{
    Prepared result;
    result.rule = &rule;
    bool complete = true;
    const auto resolve = [&](const auto& numbers, std::int64_t id) {
        const auto found = numbers.find(id);
        complete = complete && found != numbers.end();
        return found == numbers.end() ? none : found->second;
    };
    const auto resolve_all = [&](const auto& numbers, const std::vector<std::int64_t>& ids,
                                 std::vector<std::uint32_t>& into) {
        for (const auto id : ids)
            into.push_back(resolve(numbers, id));
    };
    resolve_all(classes, rule.hardware, result.classes);
    if (rule.only)
        resolve_all(items, *rule.only, result.only);
    resolve_all(items, rule.show, result.show);
    resolve_all(items, rule.hide, result.hide);
    if (rule.preselect)
        result.preselect = resolve(items, *rule.preselect);
    if (rule.automatic && rule.automatic->entry)
        result.automatic = resolve(items, *rule.automatic->entry);
    if (!complete)
        return fail("rule-malformed", "Rule {} names an entry or a hardware class that is not there.", rule.id);
    result.users = add_names(users, rule.users);
    result.groups = add_names(groups, rule.groups);
    if (rule.time)
        result.zone = zone_number(rule.time->zone);
    return result;
}

Result<void> Index::Impl::shelve_rules()
{
    std::vector<const Rule*> ordered;
    ordered.reserve(catalog.rules.size());
    for (const auto& rule : catalog.rules)
        ordered.push_back(&rule);
    std::ranges::sort(ordered, {}, [](const Rule* rule) { return std::tuple(rule->position, rule->id); });
    for (const auto* rule : ordered) {
        auto ready = prepared(*rule);
        if (!ready)
            return std::unexpected(ready.error());
        auto* shelf = &everywhere;
        if (rule->location) {
            const auto found = locations.find(*rule->location);
            if (found == locations.end())
                return fail("rule-malformed", "Rule {} is for location {}, which is not there.", rule->id,
                            *rule->location);
            shelf = &nodes[found->second].rules;
        }
        (rule->exam ? shelf->exams : shelf->others).push_back(std::move(*ready));
    }
    return {};
}

Result<void> Index::Impl::prepare()
{
    for (std::uint32_t i = 0; i < catalog.items.size(); ++i)
        items.emplace(catalog.items[i].id, i);
    for (std::uint32_t i = 0; i < catalog.classes.size(); ++i)
        classes.emplace(catalog.classes[i].id, i);
    if (auto linked = link_locations(); !linked)
        return linked;
    return shelve_rules();
}

Index::Index(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;
Index::~Index() = default;

Result<Index> Index::build(Catalog catalog)
{
    auto impl = std::make_unique<Impl>();
    impl->catalog = std::move(catalog);
    if (auto prepared = impl->prepare(); !prepared)
        return std::unexpected(prepared.error());
    return Index(std::move(impl));
}

const Catalog& Index::catalog() const
{
    return impl_->catalog;
}

const Location* Index::location(std::int64_t id) const
{
    const auto found = impl_->locations.find(id);
    return found == impl_->locations.end() ? nullptr : &impl_->catalog.locations[found->second];
}

std::vector<const HardwareClass*> Index::classes_of(const Hardware& hardware) const
{
    std::vector<const HardwareClass*> result;
    for (const auto& each : impl_->catalog.classes)
        if (each.holds(hardware))
            result.push_back(&each);
    return result;
}

} // namespace farboot::rules
