#include "server/api/resource.hpp"

#include "rootfs/base/number.hpp"
#include "server/catalog/series.hpp"

namespace farboot::server::api
{

using boost::asio::awaitable;
using catalog::Connection;
using catalog::Series;
using http::Request;
using http::Response;

namespace
{

rootfs::RecordName name_in(const Request& request)
{
    return {request.parameter("type"), request.parameter("series")};
}

Response no_series(const rootfs::RecordName& name)
{
    return http::error(404, "not-found", fmt::format("There is no record {} that you may see.", name.text()));
}

awaitable<Response> with_series(const Context& context, const Series& series)
{
    const auto snapshot = co_await context.snapshots.current();
    const auto stated = std::ranges::find(snapshot->lowest, series.name, &rootfs::Statement::Lowest::name);
    co_return http::json(200, series_json(series, stated == snapshot->lowest.end() ? 0 : stated->number))
        .with("ETag", series.etag());
}

/// For those who see the catalog, and for those who may publish this record and have to know its numbers.
awaitable<Response> get(const Context& context, const Request& request, const Principal& principal)
{
    const auto name = name_in(request);
    if (!principal.may_somewhere(Right::read_catalog) &&
        !principal.may_on(Right::publish_records, people::record_object(name.type, name.series)))
        co_return no_series(name);
    const auto series =
        co_await context.database.read([&](Connection& connection) { return catalog::find_series(connection, name); });
    if (!series)
        co_return no_series(name);
    co_return co_await with_series(context, *series);
}

/// A number of a version, or nothing.
std::optional<std::uint64_t> number_in(const nlohmann::json& value)
{
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() >= std::uint64_t{1} << 53)
        return std::nullopt;
    return value.get<std::uint64_t>();
}

/// What differs from the other: which version is offered, the floor, and the states of versions.
nlohmann::json logged(const Series& series, const Series& other)
{
    auto json = choice_json(series);
    for (const auto& version : series.versions)
        if (const auto* same = other.find(version.header.number); same && same->state != version.state)
            json["states"][std::to_string(version.header.number)] = catalog::name_of(version.state);
    return json;
}

/// Changes a series in one transaction with its row in the audit log.
template <class Change>
awaitable<Response> change_series(const Context& context, const Request& request, const Principal& principal,
                                  Change change)
{
    const auto if_match = need_if_match(request, "series");
    if (!if_match)
        co_return if_match.error();
    const auto name = name_in(request);
    const auto changed = co_await context.database.write([&](Connection& connection) -> Result<Series> {
        const auto object = people::record_object(name.type, name.series);
        if (auto may = principal.need_on(Right::publish_records, object); !may)
            return std::unexpected(may.error());
        const auto before = catalog::find_series(connection, name);
        auto after = change(connection, *if_match);
        if (after && before->version != after->version)
            log_change(connection, principal.author, "versions", object, logged(*before, *after),
                       logged(*after, *before));
        return after;
    });
    if (!changed)
        co_return refused(changed.error());
    co_return co_await with_series(context, *changed);
}

awaitable<Response> choose(const Context& context, const Request& request, const Principal& principal)
{
    const auto body = nlohmann::json::parse(request.body, nullptr, false);
    const auto current = number_in(body.is_object() ? body.value("current", nlohmann::json()) : nlohmann::json());
    if (!current)
        co_return http::error(400, "json-malformed",
                              "Say which version is offered: {\"current\": 3, \"lowest\": null}.", "current");
    const auto floor = body.value("lowest", nlohmann::json());
    const auto lowest = number_in(floor);
    if (!floor.is_null() && !lowest)
        co_return http::error(400, "json-malformed", "lowest must be a version's number, or null for none.", "lowest");
    co_return co_await change_series(
        context, request, principal, [&](Connection& connection, const std::string& if_match) {
            return catalog::choose_version(connection, name_in(request), if_match, *current, lowest);
        });
}

awaitable<Response> set_state(const Context& context, const Request& request, const Principal& principal)
{
    const auto body = nlohmann::json::parse(request.body, nullptr, false);
    const auto member = body.is_object() ? body.value("state", nlohmann::json()) : nlohmann::json();
    const auto state = catalog::version_state_named(member.is_string() ? member.get<std::string>() : "");
    if (!state)
        co_return http::error(400, "state-malformed", "A version is draft, published, retired or revoked.", "state");
    const rootfs::RecordHeader record{name_in(request),
                                      rootfs::to_number<std::uint64_t>(request.parameter("number")).value_or(0)};
    const auto now = context.now();
    co_return co_await change_series(context, request, principal,
                                     [&](Connection& connection, const std::string& if_match) {
                                         return catalog::set_version_state(connection, record, if_match, *state, now);
                                     });
}

} // namespace

void add_series_routes(http::Router& router, const Context& context)
{
    using http::Method;
    const std::string one = "/api/v1/series/{type}/{series}";
    using Work = awaitable<Response> (*)(const Context&, const Request&, const Principal&);
    const auto add = [&](Method method, const std::string& path, Right right, Work work, std::uint64_t max_body) {
        router.add(method, path,
                   for_users_with_some(context, right,
                                       [&context, work](const Request& request, const Principal& principal) {
                                           return work(context, request, principal);
                                       }),
                   max_body);
    };
    router.add(Method::get, one, for_users(context, [&context](const Request& request, const Principal& principal) {
                   return get(context, request, principal);
               }));
    add(Method::put, one, Right::publish_records, choose, max_json);
    add(Method::put, one + "/{number}", Right::publish_records, set_state, max_json);
}

} // namespace farboot::server::api
