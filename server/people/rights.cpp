#include "server/people/rights.hpp"

#include <algorithm>

namespace farboot::people
{

using nlohmann::json;
using rules::wrong;

namespace
{

constexpr std::size_t max_object = 200;
constexpr std::size_t max_grants = 100;

bool is_object(std::string_view text)
{
    for (const std::string_view kind : {"entry:", "record:", "audience:"})
        if (text.starts_with(kind) && text.size() > kind.size())
            return text.size() <= max_object && rules::printable_length(text);
    return false;
}

} // namespace

Parsed<Place> Place::parse(const json& object, const std::string& prefix)
{
    Place place;
    const auto location = rules::parse_id(object, "location", prefix + "location");
    if (!location)
        return std::unexpected(location.error());
    place.location = *location;
    const auto found = object.find("object");
    if (found != object.end() && !found->is_null()) {
        if (!found->is_string() || !is_object(found->get_ref<const std::string&>()))
            return wrong(prefix + "object", "An object is entry:<id>, record:<type>/<series> or audience:<name>.");
        place.object = found->get<std::string>();
    }
    if (place.location && !place.object.empty())
        return wrong(prefix + "object", "Name a location or an object, not both.");
    return place;
}

void Place::write_to(json& into) const
{
    if (location)
        into["location"] = *location;
    if (!object.empty())
        into["object"] = object;
}

std::string entry_object(std::int64_t id)
{
    return fmt::format("entry:{}", id);
}

std::string record_object(std::string_view type, std::string_view series)
{
    return fmt::format("record:{}/{}", type, series);
}

std::string audience_object(std::string_view audience)
{
    return fmt::format("audience:{}", audience);
}

bool Rights::everywhere(Right right) const
{
    return std::ranges::any_of(
        grants_, [right](const Grant& grant) { return grant.place.everything() && grant.rights.has(right); });
}

bool Rights::somewhere(Right right) const
{
    return std::ranges::any_of(grants_, [right](const Grant& grant) { return grant.rights.has(right); });
}

bool Rights::at(Right right, std::span<const std::int64_t> path) const
{
    return std::ranges::any_of(grants_, [&](const Grant& grant) {
        return grant.rights.has(right) &&
               (grant.place.everything() ||
                (grant.place.location && std::ranges::find(path, *grant.place.location) != path.end()));
    });
}

bool Rights::on(Right right, std::string_view object) const
{
    return std::ranges::any_of(grants_, [&](const Grant& grant) {
        return grant.rights.has(right) &&
               (grant.place.everything() || (!object.empty() && grant.place.object == object));
    });
}

std::optional<Right> Rights::lacks_of(const Rights& others, const PathOf& path_of) const
{
    for (const auto& grant : others.grants_) {
        const auto path = grant.place.location ? path_of(*grant.place.location) : std::vector<std::int64_t>();
        for (const auto right : all_rights())
            if (grant.rights.has(right) &&
                !(grant.place.object.empty() ? at(right, path) : on(right, grant.place.object)))
                return right;
    }
    return std::nullopt;
}

json Rights::to_json() const
{
    auto list = json::array();
    for (const auto& grant : grants_) {
        json row{{"rights", rights_json(grant.rights)}};
        grant.place.write_to(row);
        list.push_back(std::move(row));
    }
    return list;
}

Parsed<RightSet> parse_rights(const json& value, const std::string& field)
{
    if (!value.is_array() || value.size() > all_rights().size() + 1)
        return wrong(field, fmt::format("{} must be a list of rights.", field));
    RightSet rights;
    for (const auto& each : value) {
        const auto text = each.is_string() ? each.get<std::string>() : std::string();
        if (text == "*") {
            rights = RightSet::all();
            continue;
        }
        const auto right = right_named(text);
        if (!right) {
            std::vector<std::string_view> names;
            for (const auto known : all_rights())
                names.push_back(name_of(known));
            return wrong(field, fmt::format("There is no such right; there are: {}.", fmt::join(names, ", ")));
        }
        rights.add(*right);
    }
    return rights;
}

Parsed<Rights> parse_grants(const json& value, const std::string& field)
{
    if (!value.is_array() || value.size() > max_grants)
        return wrong(field, fmt::format("{} must be a list of at most {}.", field, max_grants));
    std::vector<Grant> grants;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const auto prefix = fmt::format("{}[{}].", field, i);
        if (!value[i].is_object())
            return wrong(field, fmt::format("{} must have objects such as {{\"rights\": [\"rules.edit\"], "
                                            "\"location\": 3}}.",
                                            field));
        if (const auto unknown = rules::unknown_member(value[i], prefix, {"rights", "location", "object"}))
            return std::unexpected(*unknown);
        const auto found = value[i].find("rights");
        const auto rights = parse_rights(found == value[i].end() ? json() : *found, prefix + "rights");
        if (!rights)
            return std::unexpected(rights.error());
        auto place = Place::parse(value[i], prefix);
        if (!place)
            return std::unexpected(place.error());
        grants.push_back({.rights = *rights, .place = std::move(*place)});
    }
    return Rights(std::move(grants));
}

json rights_json(const RightSet& rights)
{
    auto list = json::array();
    for (const auto right : all_rights())
        if (rights.has(right))
            list.push_back(name_of(right));
    return list;
}

} // namespace farboot::people
