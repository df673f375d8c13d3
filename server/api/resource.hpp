#pragma once

#include "server/api/auth.hpp"
#include "server/api/page.hpp"
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

/// Things that have been put into another order, which they are all named in. `object`: "rule:".
template <class Thing>
void log_order(catalog::Connection& connection, const catalog::Author& author, std::string_view object,
               const std::vector<Thing>& before, const std::vector<std::int64_t>& after)
{
    std::vector<std::int64_t> ids;
    for (const auto& thing : before)
        ids.push_back(thing.id);
    catalog::log_change(connection, author, "order", object, {{"ids", ids}}, {{"ids", after}});
}

/// Routes for one sort of things. `Store` has
///     Thing                    with parse(), to_json(), etag(), id
///     path, noun, code         "locations", "location", "location"
///     read_right, edit_right   who has them nowhere gets no further
///     everything_only          they must be for everything
///     list, find, create, update, remove      the catalog's functions
///     check(connection, principal, before, after)   may he change this (null: make it) into that (null: remove it)?
///     readable(connection, principal, things)       those that he may read
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
        const auto add = [&](Method method, const std::string& path, Right right, auto handler,
                             std::uint64_t max_body) {
            UserHandler work = [&context, handler](const Request& request, const Principal& principal) {
                return handler(context, request, principal);
            };
            router.add(method, path,
                       Store::everything_only ? for_users_with(context, right, std::move(work))
                                              : for_users_with_some(context, right, std::move(work)),
                       max_body);
        };
        add(Method::get, all, Store::read_right, list, 0);
        add(Method::post, all, Store::edit_right, create, max_json);
        add(Method::get, one, Store::read_right, get, 0);
        add(Method::put, one, Store::edit_right, update, max_json);
        add(Method::remove, one, Store::edit_right, remove, 0);
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

    static std::string object_of(std::int64_t id) { return fmt::format("{}:{}", Store::code, id); }

    static Answer list(const Context& context, const http::Request& request, const Principal& principal)
    {
        auto things = co_await context.database.read([&principal](catalog::Connection& connection) {
            return Store::readable(connection, principal, Store::list(connection));
        });
        const auto next = keep_page(request, things);
        if (!next)
            co_return next.error();
        auto rows = nlohmann::json::array();
        for (const auto& thing : things) {
            rows.push_back(thing.to_json());
            rows.back()["etag"] = thing.etag();
        }
        co_return http::json(200, {{Store::member, std::move(rows)}, {"next", *next}});
    }

    static Answer get(const Context& context, const http::Request& request, const Principal& principal)
    {
        const auto id = id_of(request);
        const auto things = co_await context.database.read([&principal, id](catalog::Connection& connection) {
            std::vector<Thing> found;
            if (auto thing = Store::find(connection, id))
                found.push_back(std::move(*thing));
            return Store::readable(connection, principal, std::move(found));
        });
        if (things.empty())
            co_return http::error(
                404, "not-found",
                fmt::format("There is no {} {} that you may see.", Store::noun, request.parameter("id")));
        co_return answer(200, things.front());
    }

    static Answer create(const Context& context, const http::Request& request, const Principal& principal)
    {
        const auto thing = Thing::parse(request.body);
        if (!thing)
            co_return malformed(thing.error());
        const auto created = co_await context.database.write([&](catalog::Connection& connection) -> Result<Thing> {
            if (auto may = Store::check(connection, principal, nullptr, &*thing); !may)
                return std::unexpected(may.error());
            auto made = Store::create(connection, *thing);
            if (made)
                catalog::log_change(connection, principal.author, "create", object_of(made->id), nullptr,
                                    made->to_json());
            return made;
        });
        if (!created)
            co_return refused(created.error());
        co_return answer(201, *created).with("Location", fmt::format("/api/v1/{}/{}", Store::path, created->id));
    }

    static Answer update(const Context& context, const http::Request& request, const Principal& principal)
    {
        const auto if_match = need_if_match(request, Store::noun);
        if (!if_match)
            co_return if_match.error();
        const auto thing = Thing::parse(request.body);
        if (!thing)
            co_return malformed(thing.error());
        const auto id = id_of(request);
        const auto updated = co_await context.database.write([&](catalog::Connection& connection) -> Result<Thing> {
            const auto before = Store::find(connection, id);
            if (before)
                if (auto may = Store::check(connection, principal, &*before, &*thing); !may)
                    return std::unexpected(may.error());
            auto after = Store::update(connection, id, *if_match, *thing);
            if (after)
                catalog::log_change(connection, principal.author, "change", object_of(id), before->to_json(),
                                    after->to_json());
            return after;
        });
        if (!updated)
            co_return refused(updated.error());
        co_return answer(200, *updated);
    }

    static Answer remove(const Context& context, const http::Request& request, const Principal& principal)
    {
        const auto if_match = need_if_match(request, Store::noun);
        if (!if_match)
            co_return if_match.error();
        const auto id = id_of(request);
        const auto removed = co_await context.database.write([&](catalog::Connection& connection) -> Result<void> {
            const auto before = Store::find(connection, id);
            if (before)
                if (auto may = Store::check(connection, principal, &*before, nullptr); !may)
                    return may;
            auto done = Store::remove(connection, id, *if_match);
            if (done)
                catalog::log_change(connection, principal.author, "remove", object_of(id), before->to_json(), nullptr);
            return done;
        });
        if (!removed)
            co_return refused(removed.error());
        co_return http::no_content();
    }
};

} // namespace farboot::server::api
