#include "server/api/page.hpp"
#include "server/api/pc_view.hpp"
#include "server/api/resource.hpp"

#include "server/catalog/jobs.hpp"
#include "server/catalog/pcs.hpp"

#include <limits>

/// What an admin wants of several PCs at a time (docs/jobs.md).
namespace farboot::server::api
{

using boost::asio::awaitable;
using catalog::Connection;
using catalog::Job;
using catalog::JobWish;
using http::Method;
using http::Request;
using http::Response;
using nlohmann::json;

namespace
{

constexpr std::int64_t max_rows = 500;

/// May he do this with all of its PCs? A job for single PCs is judged by where they are now.
Result<void> need(Connection& connection, const Principal& principal, const catalog::Snapshot& snapshot,
                  const JobWish& wish, Right right)
{
    if (wish.location)
        return principal.need_at(connection, right, wish.location);
    if (principal.may(right))
        return {};
    for (const auto id : wish.pcs) {
        const auto pc = catalog::find_pc(connection, id);
        if (!pc || !may_with_pc(principal, right, snapshot, *pc))
            return std::unexpected(right_missing(right, fmt::format("where PC {} is", id)));
    }
    return {};
}

json job_json(Connection& connection, const Job& job)
{
    return job.to_json(catalog::job_counts(connection, job.id));
}

Response no_such_job(const Request& request)
{
    return http::error(404, "not-found", fmt::format("There is no job {} that you may see.", request.parameter("id")));
}

Response malformed(const char* name, std::int64_t max)
{
    return http::error(400, "parameter-malformed", fmt::format("{} must be a number up to {}.", name, max), name);
}

awaitable<Response> list(const Context& context, const Request& request, const Principal& principal)
{
    constexpr auto last = std::numeric_limits<std::int64_t>::max();
    const auto before = number_in(request, "before", last, last);
    const auto limit = number_in(request, "limit", 100, max_rows);
    if (!before || !limit || *limit < 1)
        co_return malformed(before ? "limit" : "before", before ? max_rows : last);
    const auto snapshot = co_await context.snapshots.current();
    const auto wanted = static_cast<std::size_t>(*limit);
    bool more = false;
    std::int64_t next = 0;
    auto rows = co_await context.database.read([&](Connection& connection) {
        auto found = json::array();
        auto jobs = catalog::list_jobs(connection, *before, static_cast<int>(*limit + 1));
        more = jobs.size() > wanted;
        jobs.resize(std::min(jobs.size(), wanted));
        for (const auto& job : jobs) {
            next = job.id;
            if (need(connection, principal, *snapshot, job.wish, Right::read_catalog))
                found.push_back(job_json(connection, job));
        }
        return found;
    });
    co_return http::json(200, {{"jobs", std::move(rows)}, {"next", more ? json(next) : json(nullptr)}});
}

awaitable<Response> get(const Context& context, const Request& request, const Principal& principal)
{
    const auto id = id_of(request);
    const auto snapshot = co_await context.snapshots.current();
    auto found = co_await context.database.read([&](Connection& connection) -> json {
        const auto job = catalog::find_job(connection, id);
        if (!job || !need(connection, principal, *snapshot, job->wish, Right::read_catalog))
            return nullptr;
        return job_json(connection, *job);
    });
    if (found.is_null())
        co_return no_such_job(request);
    co_return http::json(200, found);
}

awaitable<Response> pcs(const Context& context, const Request& request, const Principal& principal)
{
    const auto id = id_of(request);
    const auto after = number_in(request, "after", 0, rules::max_id);
    const auto limit = number_in(request, "limit", 100, max_rows);
    if (!after || !limit || *limit < 1)
        co_return malformed(after ? "limit" : "after", after ? max_rows : rules::max_id);
    const auto snapshot = co_await context.snapshots.current();
    const auto wanted = static_cast<std::size_t>(*limit);
    auto found = co_await context.database.read([&](Connection& connection) -> json {
        const auto job = catalog::find_job(connection, id);
        if (!job || !need(connection, principal, *snapshot, job->wish, Right::read_catalog))
            return nullptr;
        auto parts = catalog::list_job_pcs(connection, id, *after, static_cast<int>(*limit + 1));
        const bool more = parts.size() > wanted;
        parts.resize(std::min(parts.size(), wanted));
        auto rows = json::array();
        for (const auto& part : parts)
            rows.push_back(part.to_json());
        return {{"pcs", std::move(rows)}, {"next", more ? json(parts.back().pc) : json(nullptr)}};
    });
    if (found.is_null())
        co_return no_such_job(request);
    co_return http::json(200, found);
}

awaitable<Response> create(const Context& context, const Request& request, const Principal& principal)
{
    auto wish = JobWish::parse(request.body);
    if (!wish)
        co_return http::error(400, "job-malformed", wish.error().sentence, wish.error().field);
    const auto snapshot = co_await context.snapshots.current();
    const auto made = co_await context.database.write([&](Connection& connection) -> Result<json> {
        if (auto may = need(connection, principal, *snapshot, *wish, Right::manage_pcs); !may)
            return std::unexpected(may.error());
        const auto job = catalog::create_job(connection, *wish, principal.name, context.now());
        if (!job)
            return std::unexpected(job.error());
        auto result = job_json(connection, *job);
        catalog::log_change(connection, principal.author, "create", fmt::format("job:{}", job->id), nullptr, result);
        return result;
    });
    if (!made)
        co_return refused(made.error());
    co_return http::json(201, *made)
        .with("Location", fmt::format("/api/v1/jobs/{}", (*made)["id"].get<std::int64_t>()));
}

awaitable<Response> cancel(const Context& context, const Request& request, const Principal& principal)
{
    const auto id = id_of(request);
    const auto snapshot = co_await context.snapshots.current();
    const auto cancelled = co_await context.database.write([&](Connection& connection) -> Result<json> {
        const auto before = catalog::find_job(connection, id);
        if (before)
            if (auto may = need(connection, principal, *snapshot, before->wish, Right::manage_pcs); !may)
                return std::unexpected(may.error());
        const auto job = catalog::cancel_job(connection, id, context.now());
        if (!job)
            return std::unexpected(job.error());
        auto result = job_json(connection, *job);
        catalog::log_change(connection, principal.author, "cancel", fmt::format("job:{}", id), before->to_json({}),
                            result);
        return result;
    });
    if (!cancelled)
        co_return refused(cancelled.error());
    co_return http::json(200, *cancelled);
}

} // namespace

void add_job_routes(http::Router& router, const Context& context)
{
    const auto add = [&](Method method, Right right, const char* path, auto handler) {
        router.add(method, path,
                   for_users_with_some(context, right,
                                       [&context, handler](const Request& request, const Principal& who) {
                                           return handler(context, request, who);
                                       }),
                   method == Method::post ? max_json : 0);
    };
    add(Method::get, Right::read_catalog, "/api/v1/jobs", list);
    add(Method::post, Right::manage_pcs, "/api/v1/jobs", create);
    add(Method::get, Right::read_catalog, "/api/v1/jobs/{id}", get);
    add(Method::get, Right::read_catalog, "/api/v1/jobs/{id}/pcs", pcs);
    add(Method::post, Right::manage_pcs, "/api/v1/jobs/{id}/cancel", cancel);
}

} // namespace farboot::server::api
