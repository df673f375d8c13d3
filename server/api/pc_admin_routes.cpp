#include "server/api/pc_body.hpp"
#include "server/api/question.hpp"
#include "server/api/resource.hpp"

#include "server/catalog/pc_boots.hpp"
#include "server/catalog/pc_commands.hpp"

#include <algorithm>
#include <charconv>

/// The registry of PCs, for admins.
namespace farboot::server::api
{

using boost::asio::awaitable;
using catalog::Connection;
using catalog::Pc;
using http::Method;
using http::Request;
using http::Response;
using nlohmann::json;

namespace
{

constexpr std::int64_t page_size = 100; ///< and at most five times that

/// Where the rules see it; null: nowhere.
json place_of(const catalog::Snapshot& snapshot, const Pc& pc)
{
    const auto path = snapshot.rules->path_of({.address = address_of(pc.facts.address),
                                               .mac = pc.facts.mac,
                                               .uuid = pc.facts.uuid,
                                               .hardware = {},
                                               .audiences = {}});
    if (path.empty())
        return nullptr;
    return {{"id", path.front()->id}, {"name", rules::text_json(path.front()->name)}};
}

json pc_json(const catalog::Snapshot& snapshot, const Pc& pc)
{
    auto row = pc.to_json();
    row["location"] = place_of(snapshot, pc);
    row["etag"] = pc.etag();
    return row;
}

awaitable<Response> answer(const Context& context, int status, Pc pc)
{
    const auto snapshot = co_await context.snapshots.current();
    co_return http::json(status, pc_json(*snapshot, pc)).with("ETag", pc.etag());
}

/// A number in the query; nothing if it is none.
std::optional<std::int64_t> number_in(const Request& request, const char* name, std::int64_t fallback)
{
    const auto text = request.target.parameter(name).value_or("");
    if (text.empty())
        return fallback;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0)
        return std::nullopt;
    return number;
}

std::expected<catalog::PcFilter, Response> filter_of(const Request& request)
{
    const auto wrong = [](const char* field, std::string_view sentence) {
        return std::unexpected(http::error(400, "parameter-malformed", sentence, field));
    };
    const auto after = number_in(request, "after", 0);
    if (!after)
        return wrong("after", "after must be a PC's number.");
    const auto limit = number_in(request, "limit", page_size);
    if (!limit || *limit < 1 || *limit > 5 * page_size)
        return wrong("limit", "limit must be a number from 1 to 500.");
    catalog::PcFilter filter{.after = *after, .limit = static_cast<int>(*limit)};
    if (const auto state = request.target.parameter("state").value_or(""); !state.empty()) {
        filter.state = catalog::pc_state_of(state);
        if (!filter.state)
            return wrong("state", "state must be off, preboot, booting, running or standby.");
    }
    const auto key = request.target.parameter("key").value_or("");
    if (!key.empty() && key != "waiting")
        return wrong("key", "key can be waiting: PCs with a key that nobody has confirmed.");
    filter.asking = !key.empty();
    return filter;
}

awaitable<Response> list(const Context& context, const Request& request, const Principal&)
{
    auto filter = filter_of(request);
    if (!filter)
        co_return filter.error();
    const auto wanted = static_cast<std::size_t>(filter->limit++);
    auto pcs =
        co_await context.database.read([&](Connection& connection) { return catalog::list_pcs(connection, *filter); });
    const bool more = pcs.size() > wanted;
    pcs.resize(std::min(pcs.size(), wanted));
    const auto snapshot = co_await context.snapshots.current();
    auto rows = json::array();
    for (const auto& pc : pcs)
        rows.push_back(pc_json(*snapshot, pc));
    co_return http::json(200, {{"pcs", std::move(rows)}, {"next", more ? json(pcs.back().id) : json(nullptr)}});
}

awaitable<Response> get(const Context& context, const Request& request, const Principal&)
{
    const auto id = id_of(request);
    auto pc = co_await context.database.read([&](Connection& connection) { return catalog::find_pc(connection, id); });
    if (!pc)
        co_return http::error(404, "not-found", fmt::format("There is no PC {}.", request.parameter("id")));
    co_return co_await answer(context, 200, std::move(*pc));
}

awaitable<Response> rename(const Context& context, const Request& request, const Principal&)
{
    const auto if_match = need_if_match(request, "PC");
    if (!if_match)
        co_return if_match.error();
    const auto body = json::parse(request.body, nullptr, false);
    const auto name = body.is_object() ? body.find("name") : body.end();
    if (!body.is_object() || name == body.end() || !name->is_string())
        co_return http::error(400, "json-malformed", "Of a PC, {\"name\": \"…\"} can be changed.", "name");
    const auto id = id_of(request);
    auto pc = co_await context.database.write([&](Connection& connection) {
        return catalog::rename_pc(connection, id, *if_match, name->get_ref<const std::string&>());
    });
    if (!pc)
        co_return refused(pc.error());
    co_return co_await answer(context, 200, std::move(*pc));
}

awaitable<Response> forget(const Context& context, const Request& request, const Principal&)
{
    const auto if_match = need_if_match(request, "PC");
    if (!if_match)
        co_return if_match.error();
    const auto id = id_of(request);
    const auto removed = co_await context.database.write(
        [&](Connection& connection) { return catalog::remove_pc(connection, id, *if_match); });
    co_return removed ? http::no_content() : refused(removed.error());
}

awaitable<Response> confirm(const Context& context, const Request& request, const Principal& principal)
{
    const auto code = text_member(json::parse(request.body, nullptr, false), "code", 64);
    if (code.empty())
        co_return http::error(400, "json-malformed",
                              "A key is confirmed with {\"code\": \"…\"}, as the PC shows it on its screen.", "code");
    const auto id = id_of(request);
    auto pc = co_await context.database.write([&](Connection& connection) {
        return catalog::confirm_pc(connection, id, code, principal.name, context.now());
    });
    if (!pc)
        co_return refused(pc.error());
    co_return co_await answer(context, 200, std::move(*pc));
}

awaitable<Response> unconfirm(const Context& context, const Request& request, const Principal&)
{
    const auto id = id_of(request);
    auto pc =
        co_await context.database.write([&](Connection& connection) { return catalog::unconfirm_pc(connection, id); });
    if (!pc)
        co_return refused(pc.error());
    co_return co_await answer(context, 200, std::move(*pc));
}

template <class Thing>
json list_json(const std::vector<Thing>& things)
{
    auto rows = json::array();
    for (const auto& thing : things)
        rows.push_back(thing.to_json());
    return rows;
}

awaitable<Response> boots(const Context& context, const Request& request, const Principal&)
{
    const auto id = id_of(request);
    const auto found =
        co_await context.database.read([&](Connection& connection) { return catalog::list_pc_boots(connection, id); });
    co_return http::json(200, {{"boots", list_json(found)}});
}

awaitable<Response> commands(const Context& context, const Request& request, const Principal&)
{
    const auto id = id_of(request);
    const auto found = co_await context.database.read(
        [&](Connection& connection) { return catalog::list_pc_commands(connection, id); });
    co_return http::json(200, {{"commands", list_json(found)}});
}

awaitable<Response> command(const Context& context, const Request& request, const Principal& principal)
{
    const auto body = json::parse(request.body, nullptr, false);
    const auto action = text_member(body, "action", 64);
    if (action.empty())
        co_return http::error(400, "json-malformed",
                              "A command is {\"action\": \"reboot\"}, {\"action\": \"power-off\"} or {\"action\": "
                              "\"boot\", \"record\": \"boot/…\"}.",
                              "action");
    const auto record = text_member(body, "record", 256);
    const auto id = id_of(request);
    const auto made = co_await context.database.write([&](Connection& connection) {
        return catalog::command_pc(connection, id, action, record, principal.name, context.now());
    });
    if (!made)
        co_return refused(made.error());
    co_return http::json(201, made->to_json());
}

} // namespace

void add_pc_admin_routes(http::Router& router, const Context& context)
{
    const auto add = [&](Method method, const char* path, auto handler) {
        router.add(
            method, path,
            for_admins(context, [&context, handler](const Request& request,
                                                    const Principal& who) { return handler(context, request, who); }),
            method == Method::get ? 0 : max_json);
    };
    add(Method::get, "/api/v1/pcs", list);
    add(Method::get, "/api/v1/pcs/{id}", get);
    add(Method::put, "/api/v1/pcs/{id}", rename);
    add(Method::remove, "/api/v1/pcs/{id}", forget);
    add(Method::post, "/api/v1/pcs/{id}/enrolment", confirm);
    add(Method::remove, "/api/v1/pcs/{id}/enrolment", unconfirm);
    add(Method::get, "/api/v1/pcs/{id}/boots", boots);
    add(Method::get, "/api/v1/pcs/{id}/commands", commands);
    add(Method::post, "/api/v1/pcs/{id}/commands", command);
}

} // namespace farboot::server::api
