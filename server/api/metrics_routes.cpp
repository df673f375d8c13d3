#include "server/api/auth.hpp"
#include "server/api/metrics.hpp"
#include "server/api/routes.hpp"

#include "server/catalog/counters.hpp"
#include "server/catalog/pcs.hpp"

#include <algorithm>
#include <sys/statvfs.h>

namespace farboot::server::api
{

using boost::asio::awaitable;
using http::Request;
using http::Response;

namespace
{

awaitable<Response> metrics(const Context& context, const Request&)
{
    auto now = co_await context.database.read([](catalog::Connection& connection) {
        Metrics::Now found;
        found.revision = catalog::revision(connection);
        found.pcs = catalog::count_pcs_by_state(connection);
        return found;
    });
    const auto& times = context.database.times();
    now.reads = times.reads.count;
    now.read_seconds = times.reads.seconds();
    now.writes = times.writes.count;
    now.write_seconds = times.writes.seconds();
    struct statvfs disk{};
    if (::statvfs(context.store.c_str(), &disk) == 0) {
        now.store_bytes = disk.f_blocks * disk.f_frsize;
        now.store_free_bytes = disk.f_bavail * disk.f_frsize;
    }
    auto response = http::text(200, context.metrics->text(now));
    response.headers.front().second = "text/plain; version=0.0.4; charset=utf-8";
    co_return response;
}

bool is_reader(const Context& context, const Request& request)
{
    const auto address = Address::parse(request.client);
    return address && std::ranges::any_of(context.metrics_readers,
                                          [&](const Subnet& subnet) { return subnet.contains(*address); });
}

} // namespace

void add_metrics_routes(http::Router& router, const Context& context)
{
    const auto by_right = for_users_with(
        context, Right::read_catalog, [&context](const Request& r, const Principal&) { return metrics(context, r); });
    router.add(http::Method::get, "/metrics", [&context, by_right](const Request& request) {
        return is_reader(context, request) ? metrics(context, request) : by_right(request);
    });
}

} // namespace farboot::server::api
