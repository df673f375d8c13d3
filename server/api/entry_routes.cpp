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
    co_return http::json(status, entry_json(entry, snapshot->number_of(entry))).with("ETag", entry.etag());
}

awaitable<Response> list(const Context& context, const Request& request, const Principal&)
{
    const auto snapshot = co_await context.snapshots.current();
    auto wanted = snapshot->entries;
    const auto next = keep_page(request, wanted);
    if (!next)
        co_return next.error();
    auto entries = nlohmann::json::array();
    for (const auto& entry : wanted) {
        entries.push_back(entry_json(entry, snapshot->number_of(entry)));
        entries.back()["etag"] = entry.etag();
    }
    co_return http::json(200, {{"entries", std::move(entries)}, {"next", *next}});
}

awaitable<Response> get(const Context& context, const Request& request, const Principal&)
{
    const auto id = id_of(request);
    auto entry =
        co_await context.database.read([&](Connection& connection) { return catalog::find_entry(connection, id); });
    if (!entry)
        co_return http::error(404, "not-found", fmt::format("There is no entry {}.", request.parameter("id")));
    co_return co_await with_entry(context, 200, std::move(*entry));
}

/// What the audit log says of an entry: all but the number of its record, which is published by others.
nlohmann::json logged(const Entry& entry)
{
    auto json = entry_json(entry, 0);
    json.erase("number");
    return json;
}

awaitable<Response> create(const Context& context, const Request& request, const Principal& principal)
{
    const auto entry = catalog::parse_entry(request.body);
    if (!entry)
        co_return malformed(entry.error());
    auto created = co_await context.database.write([&](Connection& connection) {
        auto made = catalog::create_entry(connection, *entry);
        if (made)
            log_change(connection, principal.author, "create", people::entry_object(made->id), nullptr, logged(*made));
        return made;
    });
    if (!created)
        co_return refused(created.error());
    const auto location = fmt::format("/api/v1/entries/{}", created->id);
    auto response = co_await with_entry(context, 201, std::move(*created));
    co_return std::move(response).with("Location", location);
}

awaitable<Response> update(const Context& context, const Request& request, const Principal& principal)
{
    const auto if_match = need_if_match(request, "entry");
    if (!if_match)
        co_return if_match.error();
    const auto entry = catalog::parse_entry(request.body);
    if (!entry)
        co_return malformed(entry.error());
    const auto id = id_of(request);
    auto updated = co_await context.database.write([&](Connection& connection) -> Result<Entry> {
        const auto object = people::entry_object(id);
        if (auto may = principal.need_on(Right::edit_entries, object); !may)
            return std::unexpected(may.error());
        const auto before = catalog::find_entry(connection, id);
        auto after = catalog::update_entry(connection, id, *if_match, *entry);
        if (after)
            log_change(connection, principal.author, "change", object, logged(*before), logged(*after));
        return after;
    });
    if (!updated)
        co_return refused(updated.error());
    co_return co_await with_entry(context, 200, std::move(*updated));
}

awaitable<Response> remove(const Context& context, const Request& request, const Principal& principal)
{
    const auto if_match = need_if_match(request, "entry");
    if (!if_match)
        co_return if_match.error();
    const auto id = id_of(request);
    const auto removed = co_await context.database.write([&](Connection& connection) -> Result<void> {
        const auto object = people::entry_object(id);
        if (auto may = principal.need_on(Right::edit_entries, object); !may)
            return may;
        const auto before = catalog::find_entry(connection, id);
        auto done = catalog::remove_entry(connection, id, *if_match);
        if (done)
            log_change(connection, principal.author, "remove", object, logged(*before), nullptr);
        return done;
    });
    if (!removed)
        co_return refused(removed.error());
    co_return http::no_content();
}

awaitable<Response> order(const Context& context, const Request& request, const Principal& principal)
{
    const auto ids = order_of(request);
    if (!ids)
        co_return ids.error();
    const auto done = co_await context.database.write([&](Connection& connection) {
        const auto before = catalog::list_entries(connection);
        auto ordered = catalog::order_entries(connection, *ids);
        if (ordered)
            log_order(connection, principal.author, "entry:", before, *ids);
        return ordered;
    });
    if (!done)
        co_return refused(done.error());
    co_return http::no_content();
}

} // namespace

void add_entry_routes(http::Router& router, const Context& context)
{
    const std::string all = "/api/v1/entries";
    const std::string one = "/api/v1/entries/{id}";
    using Work = awaitable<Response> (*)(const Context&, const Request&, const Principal&);
    const auto with = [&context](Work work) -> UserHandler {
        return [&context, work](const Request& request, const Principal& principal) {
            return work(context, request, principal);
        };
    };
    router.add(Method::put, "/api/v1/entries/order", for_users_with(context, Right::edit_entries, with(order)),
               max_json);
    router.add(Method::get, all, for_users_with_some(context, Right::read_catalog, with(list)));
    router.add(Method::post, all, for_users_with(context, Right::edit_entries, with(create)), max_json);
    router.add(Method::get, one, for_users_with_some(context, Right::read_catalog, with(get)));
    router.add(Method::put, one, for_users_with_some(context, Right::edit_entries, with(update)), max_json);
    router.add(Method::remove, one, for_users_with_some(context, Right::edit_entries, with(remove)));
}

} // namespace farboot::server::api
