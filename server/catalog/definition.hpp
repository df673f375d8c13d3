#pragma once

#include "server/catalog/connection.hpp"
#include "server/rules/fields.hpp"

namespace farboot::catalog
{

/// What is kept as the JSON that its own parser reads, without what the database has in columns.
template <class Thing>
[[nodiscard]] QVariant definition_of(const Thing& thing)
{
    auto json = thing.to_json();
    json.erase("id");
    json.erase("position");
    return value(json.dump());
}

/// Throws DatabaseError when somebody has changed the database by hand. `noun`: for its sentence.
template <class Thing>
[[nodiscard]] Thing read_definition(const QSqlQuery& row, std::string_view noun)
{
    auto thing = Thing::parse(text_of(row, "definition"));
    if (!thing)
        throw DatabaseError(fmt::format("{} {} in the database cannot be used: {}", noun, number_of(row, "id"),
                                        thing.error().sentence));
    thing->id = number_of(row, "id");
    return std::move(*thing);
}

} // namespace farboot::catalog
