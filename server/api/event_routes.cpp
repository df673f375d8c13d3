#include "server/api/event_stream.hpp"
#include "server/api/routes.hpp"

#include "rootfs/base/number.hpp"
#include "server/catalog/events.hpp"

namespace farboot::server::api
{

using boost::asio::awaitable;
using http::Request;
using http::Response;

namespace
{

constexpr int most_watchers = 200;

/// The last event that he has seen; -1 is no number.
std::optional<std::int64_t> seen_by(const Request& request)
{
    const auto given = request.header("last-event-id");
    const auto text = given ? given : request.target.parameter("after");
    if (!text)
        return std::nullopt;
    return rootfs::to_number<std::int64_t>(*text).value_or(-1);
}

Response event_answer(std::shared_ptr<http::Stream> events)
{
    return Response{.status = 200,
                    .headers = {{"Content-Type", "text/event-stream"},
                                {"Cache-Control", "no-store"},
                                {"X-Accel-Buffering", "no"}}, // nginx passes on what it gets
                    .body = std::move(events),
                    .code = {}};
}

awaitable<Response> watch(const Context& context, const Request& request, const Principal& principal,
                          std::shared_ptr<std::atomic<int>> open)
{
    auto after = seen_by(request);
    if (after && *after < 0)
        co_return http::error(400, "parameter-malformed", "after must be the id of an event.", "after");
    if (*open >= most_watchers)
        co_return http::error(503, "busy", "As many watch as the server allows: try again later.")
            .with("Retry-After", "60");
    if (!after)
        after = co_await context.database.read(
            [](catalog::Connection& connection) { return catalog::event_range(connection).last; });
    co_return event_answer(std::make_shared<EventStream>(context, principal, *after, std::move(open)));
}

} // namespace

void add_event_routes(http::Router& router, const Context& context)
{
    const auto open = std::make_shared<std::atomic<int>>(0);
    router.add(http::Method::get, "/api/v1/events",
               for_users_with_some(context, Right::read_catalog,
                                   [&context, open](const Request& request, const Principal& principal) {
                                       return watch(context, request, principal, open);
                                   }));
}

} // namespace farboot::server::api
