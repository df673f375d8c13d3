#include "server/catalog/counters.hpp"

#include "server/catalog/events.hpp"

namespace farboot::catalog
{

std::int64_t next_number(Connection& connection, std::string_view counter)
{
    connection.run("counter-raise", {{":name", value(counter)}});
    auto row = connection.run("counter", {{":name", value(counter)}});
    row.next();
    return number_of(row, "value");
}

std::int64_t revision(Connection& connection)
{
    auto row = connection.run("counter", {{":name", value("revision")}});
    return row.next() ? number_of(row, "value") : 0;
}

void raise_revision(Connection& connection)
{
    tell_event(connection, "catalog", next_number(connection, "revision"));
}

} // namespace farboot::catalog
