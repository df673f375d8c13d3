#pragma once

#include "tests/unit/server/rules/zones.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace farboot::test
{

/// A catalog for tests: ids are given, texts say the rest.
class CatalogOf
{
public:
    CatalogOf() { catalog_.zones.emplace("Europe/Berlin", berlin()); }

    CatalogOf& system(std::int64_t id, bool visible = true, std::optional<int> auto_seconds = std::nullopt)
    {
        return item(rules::Kind::system, id, visible, auto_seconds);
    }
    CatalogOf& vm(std::int64_t id, bool visible = true) { return item(rules::Kind::vm, id, visible, std::nullopt); }
    CatalogOf& unpublished(std::int64_t id)
    {
        system(id);
        catalog_.items.back().published = false;
        return *this;
    }
    CatalogOf& location(std::int64_t id, const std::string& json) { return add(catalog_.locations, id, json); }
    CatalogOf& hardware(std::int64_t id, const std::string& json) { return add(catalog_.classes, id, json); }
    /// Rules come in the order of their positions.
    CatalogOf& rule(std::int64_t id, const std::string& json)
    {
        add(catalog_.rules, id, json);
        catalog_.rules.back().position = static_cast<std::int64_t>(catalog_.rules.size());
        return *this;
    }

    [[nodiscard]] Result<rules::Index> try_build() const { return rules::Index::build(catalog_); }
    [[nodiscard]] rules::Index build() const
    {
        auto index = try_build();
        if (!index)
            throw std::invalid_argument(index.error().sentence);
        return std::move(*index);
    }

    rules::Catalog catalog_;

    /// The entry that was added last is for this audience alone.
    CatalogOf& only_for(const std::string& audience)
    {
        catalog_.items.back().audience = audience;
        return *this;
    }

private:
    CatalogOf& item(rules::Kind kind, std::int64_t id, bool visible, std::optional<int> auto_seconds)
    {
        catalog_.items.push_back({.id = id,
                                  .kind = kind,
                                  .published = true,
                                  .visible = visible,
                                  .auto_seconds = auto_seconds,
                                  .title = {"", "entry " + std::to_string(id)}});
        return *this;
    }
    template <class Thing>
    CatalogOf& add(std::vector<Thing>& things, std::int64_t id, const std::string& text)
    {
        auto value = nlohmann::json::parse(text);
        value["name"] = {{"en", "thing " + std::to_string(id)}};
        auto thing = Thing::parse(value.dump());
        if (!thing)
            throw std::invalid_argument(thing.error().field + ": " + thing.error().sentence);
        thing->id = id;
        things.push_back(std::move(*thing));
        return *this;
    }
};

} // namespace farboot::test
