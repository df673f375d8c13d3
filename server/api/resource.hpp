#pragma once

#include "server/api/auth.hpp"
#include "server/api/routes.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <expected>
#include <string>
#include <utility>
#include <vector>

/// Things that admins list, make, change and remove, each with an id and an ETag.
namespace farboot::server::api
{

/// The pattern's "id"; 0, which nothing has, if it is no number.
[[nodiscard]] std::int64_t id_of(const http::Request& request);
/// The header's value, or the answer to a client that has not sent it. `noun`: "entry".
[[nodiscard]] std::expected<std::string, http::Response> need_if_match(const http::Request& request,
                                                                       std::string_view noun);
/// Why the catalog has not been changed: 404, 412, or 409 with the field that does not fit.
[[nodiscard]] http::Response refused(const Error& error);
/// The ids of an order, or a 400.
[[nodiscard]] std::expected<std::vector<std::int64_t>, http::Response> order_of(const http::Request& request);

/// Routes for one sort of things. `Store` has
///     Thing             with parse(), to_json(), etag(), id
///     path, noun        "locations", "location"
///     list, find, create, update, remove      the catalog's functions
template <class Store>
class Resource
{
public:
    using Thing = typename Store::Thing;

    static void add_routes(http::Router& router, const Context& context)
    {
        using http::Method;
        using http::Request;
        const std::string all = fmt::format("/api/v1/{}", Store::path);
        const std::string one = all + "/{id}";
        const auto add = [&](Method method, const std::string& path, auto handler, std::uint64_t max_body) {
            router.add(method, path,
                       for_admins(context, [&context, handler](const Request& r,
                                                               const Principal&) { return handler(context, r); }),
                       max_body);
        };
        add(Method::get, all, list, 0);
        add(Method::post, all, create, max_json);
        add(Method::get, one, get, 0);
        add(Method::put, one, update, max_json);
        add(Method::remove, one, remove, 0);
    }

private:
    using Answer = boost::asio::awaitable<http::Response>;

    static http::Response answer(int status, const Thing& thing)
    {
        return http::json(status, thing.to_json()).with("ETag", thing.etag());
    }

    static http::Response malformed(const rules::FieldError& error)
    {
        return http::error(400, fmt::format("{}-malformed", Store::code), error.sentence, error.field);
    }

    static Answer list(const Context& context, const http::Request&)
    {
        const auto things =
            co_await context.database.read([](catalog::Connection& connection) { return Store::list(connection); });
        auto rows = nlohmann::json::array();
        for (const auto& thing : things) {
            rows.push_back(thing.to_json());
            rows.back()["etag"] = thing.etag();
        }
        co_return http::json(200, {{Store::member, std::move(rows)}});
    }

    static Answer get(const Context& context, const http::Request& request)
    {
        const auto id = id_of(request);
        const auto thing = co_await context.database.read(
            [id](catalog::Connection& connection) { return Store::find(connection, id); });
        if (!thing)
            co_return http::error(404, "not-found",
                                  fmt::format("There is no {} {}.", Store::noun, request.parameter("id")));
        co_return answer(200, *thing);
    }

    static Answer create(const Context& context, const http::Request& request)
    {
        const auto thing = Thing::parse(request.body);
        if (!thing)
            co_return malformed(thing.error());
        const auto created = co_await context.database.write(
            [&](catalog::Connection& connection) { return Store::create(connection, *thing); });
        if (!created)
            co_return refused(created.error());
        co_return answer(201, *created).with("Location", fmt::format("/api/v1/{}/{}", Store::path, created->id));
    }

    static Answer update(const Context& context, const http::Request& request)
    {
        const auto if_match = need_if_match(request, Store::noun);
        if (!if_match)
            co_return if_match.error();
        const auto thing = Thing::parse(request.body);
        if (!thing)
            co_return malformed(thing.error());
        const auto id = id_of(request);
        const auto updated = co_await context.database.write(
            [&](catalog::Connection& connection) { return Store::update(connection, id, *if_match, *thing); });
        if (!updated)
            co_return refused(updated.error());
        co_return answer(200, *updated);
    }

    static Answer remove(const Context& context, const http::Request& request)
    {
        const auto if_match = need_if_match(request, Store::noun);
        if (!if_match)
            co_return if_match.error();
        const auto id = id_of(request);
        const auto removed = co_await context.database.write(
            [&](catalog::Connection& connection) { return Store::remove(connection, id, *if_match); });
        if (!removed)
            co_return refused(removed.error());
        co_return http::no_content();
    }
};

} // namespace farboot::server::api
