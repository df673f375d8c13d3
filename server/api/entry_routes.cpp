#include "server/api/resource.hpp"

#include "server/catalog/entries.hpp"

namespace farboot::server::api
{

using boost::asio::awaitable;
using catalog::Connection;
using catalog::Entry;
using http::Method;
using http::Request;
using http::Response;

namespace
{

Response malformed(const catalog::FieldError& error)
{
    return http::error(400, "entry-malformed", error.sentence, error.field);
}

awaitable<Response> with_entry(const Context& context, int status, Entry entry)
{
    const auto snapshot = co_await context.snapshots.current();
    co_return http::json(status, entry_json(entry, snapshot->number_of(entry.record))).with("ETag", entry.etag());
}

awaitable<Response> list(const Context& context)
{
    const auto snapshot = co_await context.snapshots.current();
    auto entries = nlohmann::json::array();
    for (const auto& entry : snapshot->entries) {
        entries.push_back(entry_json(entry, snapshot->number_of(entry.record)));
        entries.back()["etag"] = entry.etag();
    }
    co_return http::json(200, {{"entries", std::move(entries)}});
}

awaitable<Response> get(const Context& context, const Request& request)
{
    const auto id = id_of(request);
    auto entry =
        co_await context.database.read([&](Connection& connection) { return catalog::find_entry(connection, id); });
    if (!entry)
        co_return http::error(404, "not-found", fmt::format("There is no entry {}.", request.parameter("id")));
    co_return co_await with_entry(context, 200, std::move(*entry));
}

awaitable<Response> create(const Context& context, const Request& request)
{
    const auto entry = catalog::parse_entry(request.body);
    if (!entry)
        co_return malformed(entry.error());
    auto created = co_await context.database.write(
        [&](Connection& connection) { return catalog::create_entry(connection, *entry); });
    if (!created)
        co_return refused(created.error());
    const auto location = fmt::format("/api/v1/entries/{}", created->id);
    auto response = co_await with_entry(context, 201, std::move(*created));
    co_return std::move(response).with("Location", location);
}

awaitable<Response> update(const Context& context, const Request& request)
{
    const auto if_match = need_if_match(request, "entry");
    if (!if_match)
        co_return if_match.error();
    const auto entry = catalog::parse_entry(request.body);
    if (!entry)
        co_return malformed(entry.error());
    const auto id = id_of(request);
    auto updated = co_await context.database.write(
        [&](Connection& connection) { return catalog::update_entry(connection, id, *if_match, *entry); });
    if (!updated)
        co_return refused(updated.error());
    co_return co_await with_entry(context, 200, std::move(*updated));
}

awaitable<Response> remove(const Context& context, const Request& request)
{
    const auto if_match = need_if_match(request, "entry");
    if (!if_match)
        co_return if_match.error();
    const auto id = id_of(request);
    const auto removed = co_await context.database.write(
        [&](Connection& connection) { return catalog::remove_entry(connection, id, *if_match); });
    if (!removed)
        co_return refused(removed.error());
    co_return http::no_content();
}

awaitable<Response> order(const Context& context, const Request& request)
{
    const auto ids = order_of(request);
    if (!ids)
        co_return ids.error();
    const auto done = co_await context.database.write(
        [&](Connection& connection) { return catalog::order_entries(connection, *ids); });
    if (!done)
        co_return refused(done.error());
    co_return http::no_content();
}

} // namespace

void add_entry_routes(http::Router& router, const Context& context)
{
    const std::string all = "/api/v1/entries";
    const std::string one = "/api/v1/entries/{id}";
    router.add(Method::put, "/api/v1/entries/order",
               for_admins(context, [&context](const Request& r, const Principal&) { return order(context, r); }),
               max_json);
    router.add(Method::get, all,
               for_admins(context, [&context](const Request&, const Principal&) { return list(context); }));
    router.add(Method::post, all,
               for_admins(context, [&context](const Request& r, const Principal&) { return create(context, r); }),
               max_json);
    router.add(Method::get, one,
               for_admins(context, [&context](const Request& r, const Principal&) { return get(context, r); }));
    router.add(Method::put, one,
               for_admins(context, [&context](const Request& r, const Principal&) { return update(context, r); }),
               max_json);
    router.add(Method::remove, one,
               for_admins(context, [&context](const Request& r, const Principal&) { return remove(context, r); }));
}

} // namespace farboot::server::api
