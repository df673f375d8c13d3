#pragma once

#include "server/catalog/connection.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::catalog
{

/// Something has changed, of which those who watch want to hear. What it has become they read by themselves: an event
/// tells nobody anything that he may not see.
struct Event {
    std::int64_t id = 0;     ///< grows by one each time, in the order in which the changes were committed
    std::string kind;        ///< "pc", "pc-removed", "upload", "upload-removed", "catalog"
    std::int64_t object = 0; ///< the PC's or upload's number, the catalog's revision
};

inline constexpr std::int64_t kept_events = 10'000;

/// In the transaction that makes the change.
void tell_event(Connection& connection, std::string_view kind, std::int64_t object);

/// The oldest first.
[[nodiscard]] std::vector<Event> events_after(Connection& connection, std::int64_t after, int limit);

/// The newest one's id, 0 without any; and what the oldest one that is kept comes after.
struct EventRange {
    std::int64_t before_first = 0;
    std::int64_t last = 0;
};
[[nodiscard]] EventRange event_range(Connection& connection);

} // namespace farboot::catalog
