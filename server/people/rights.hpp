#pragma once

#include "server/people/right.hpp"
#include "server/rules/fields.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::people
{

using rules::FieldError;
using rules::Parsed;

/// Where a right holds: a location with all below it, or one thing that is at no location ("entry:12",
/// "record:boot/debian", "audience:exam"), or, with neither, everything.
struct Place {
    std::optional<std::int64_t> location{};
    std::string object{};

    bool operator==(const Place&) const = default;
    [[nodiscard]] bool everything() const { return !location && object.empty(); }
    /// Members "location" and "object" of an object; not both. `prefix` goes before the names of wrong fields.
    [[nodiscard]] static Parsed<Place> parse(const nlohmann::json& object, const std::string& prefix);
    void write_to(nlohmann::json& object) const;
};

/// Names of objects.
[[nodiscard]] std::string entry_object(std::int64_t id);
[[nodiscard]] std::string record_object(std::string_view type, std::string_view series);
[[nodiscard]] std::string audience_object(std::string_view audience);

struct Grant {
    RightSet rights{};
    Place place{};
    bool operator==(const Grant&) const = default;
};

/// A location's id and those of all above it, closest first; empty for a location that there is not.
using PathOf = std::function<std::vector<std::int64_t>(std::int64_t location)>;

/// All that somebody may do: what is not granted is denied.
class Rights
{
public:
    Rights() = default;
    explicit Rights(std::vector<Grant> grants) : grants_(std::move(grants)) {}

    [[nodiscard]] const std::vector<Grant>& grants() const { return grants_; }
    /// For everything.
    [[nodiscard]] bool everywhere(Right right) const;
    /// For anything at all. Enough only for what is at no location and secret to nobody who works with the catalog.
    [[nodiscard]] bool somewhere(Right right) const;
    /// `path`: as PathOf gives it; an empty one asks for everything.
    [[nodiscard]] bool at(Right right, std::span<const std::int64_t> path) const;
    [[nodiscard]] bool on(Right right, std::string_view object) const;

    /// The first right of `others` that these do not hold at the same place: who has these may not give that away.
    [[nodiscard]] std::optional<Right> lacks_of(const Rights& others, const PathOf& path_of) const;

    /// [{"rights": ["rules.edit"], "location": 3}]
    [[nodiscard]] nlohmann::json to_json() const;

private:
    std::vector<Grant> grants_;
};

/// ["rules.edit", …]; "*": all that there are, also of later versions.
[[nodiscard]] Parsed<RightSet> parse_rights(const nlohmann::json& value, const std::string& field);
/// What to_json() writes; at most 100 grants.
[[nodiscard]] Parsed<Rights> parse_grants(const nlohmann::json& value, const std::string& field);
[[nodiscard]] nlohmann::json rights_json(const RightSet& rights);

} // namespace farboot::people
