#include "server/catalog/events.hpp"

#include "server/catalog/counters.hpp"

namespace farboot::catalog
{

void tell_event(Connection& connection, std::string_view kind, std::int64_t object)
{
    const auto id = next_number(connection, "event");
    connection.run("event-insert", {{":id", value(id)}, {":kind", value(kind)}, {":object", value(object)}});
    if (id % 100 == 0)
        connection.run("event-delete-old", {{":id", value(id - kept_events)}});
}

std::vector<Event> events_after(Connection& connection, std::int64_t after, int limit)
{
    std::vector<Event> events;
    for (auto row = connection.run("event-list", {{":after", value(after)}, {":limit", value(std::int64_t{limit})}});
         row.next();)
        events.push_back(
            {.id = number_of(row, "id"), .kind = text_of(row, "kind"), .object = number_of(row, "object")});
    return events;
}

EventRange event_range(Connection& connection)
{
    EventRange range;
    auto last = connection.run("counter", {{":name", value("event")}});
    range.last = last.next() ? number_of(last, "value") : 0;
    auto first = connection.run("event-first");
    const auto oldest = first.next() ? number_of(first, "first") : 0;
    range.before_first = oldest == 0 ? range.last : oldest - 1;
    return range;
}

} // namespace farboot::catalog
