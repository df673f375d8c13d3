#include "server/api/page.hpp"
#include "server/api/pc_body.hpp"
#include "server/api/pc_view.hpp"
#include "server/api/question.hpp"
#include "server/api/resource.hpp"

#include "server/catalog/pc_boots.hpp"
#include "server/catalog/pc_commands.hpp"

#include <algorithm>
#include <type_traits>

/// The registry of PCs, for admins: what somebody may do with one depends on where the rules see it.
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

/// The PC, if it may be seen.
awaitable<std::optional<Pc>> visible(const Context& context, const Request& request, const Principal& principal)
{
    const auto id = id_of(request);
    auto pc = co_await context.database.read([&](Connection& connection) { return catalog::find_pc(connection, id); });
    const auto snapshot = co_await context.snapshots.current();
    if (pc && !may_with_pc(principal, Right::read_catalog, *snapshot, *pc))
        pc.reset();
    co_return pc;
}

Response no_such_pc(const Request& request)
{
    return http::error(404, "not-found", fmt::format("There is no PC {} that you may see.", request.parameter("id")));
}

/// Changes a PC if that is allowed where it is, and writes it into the audit log. `change` gives what is new of it.
template <class Change>
awaitable<std::invoke_result_t<Change&, Connection&>> change(const Context& context, const Request& request,
                                                             const Principal& principal, Right right,
                                                             const char* action, Change change)
{
    const auto id = id_of(request);
    const auto snapshot = co_await context.snapshots.current();
    using Changed = std::invoke_result_t<Change&, Connection&>;
    co_return co_await context.database.write([&](Connection& connection) -> Changed {
        const auto before = catalog::find_pc(connection, id);
        if (before && !may_with_pc(principal, right, *snapshot, *before))
            return std::unexpected(right_missing(right, "where this PC is"));
        auto changed = change(connection);
        if (!changed)
            return changed;
        json after = nullptr;
        if constexpr (!std::is_void_v<typename Changed::value_type>)
            after = changed->to_json();
        catalog::log_change(connection, principal.author, action, fmt::format("pc:{}", id),
                            before ? before->to_json() : json(nullptr), after);
        return changed;
    });
}

awaitable<Response> answer(const Context& context, int status, Pc pc)
{
    auto runs = co_await context.database.read([&](Connection& connection) { return runs_of(connection, pc); });
    const auto snapshot = co_await context.snapshots.current();
    co_return http::json(status, pc_json(*snapshot, pc, std::move(runs))).with("ETag", pc.etag());
}

std::expected<catalog::PcFilter, Response> filter_of(const Request& request)
{
    const auto wrong = [](const char* field, std::string_view sentence) {
        return std::unexpected(http::error(400, "parameter-malformed", sentence, field));
    };
    const auto after = number_in(request, "after", 0, rules::max_id);
    if (!after)
        return wrong("after", "after must be a PC's number.");
    const auto limit = number_in(request, "limit", page_size, 5 * page_size);
    if (!limit || *limit < 1)
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

awaitable<Response> list(const Context& context, const Request& request, const Principal& principal)
{
    auto filter = filter_of(request);
    if (!filter)
        co_return filter.error();
    const auto wanted = static_cast<std::size_t>(filter->limit++);
    bool more = false;
    auto pcs = co_await context.database.read([&](Connection& connection) {
        std::vector<std::pair<Pc, json>> found;
        auto listed = catalog::list_pcs(connection, *filter);
        more = listed.size() > wanted;
        listed.resize(std::min(listed.size(), wanted));
        for (auto& pc : listed) {
            auto runs = runs_of(connection, pc);
            found.emplace_back(std::move(pc), std::move(runs));
        }
        return found;
    });
    const auto snapshot = co_await context.snapshots.current();
    auto rows = json::array();
    for (auto& [pc, runs] : pcs)
        if (may_with_pc(principal, Right::read_catalog, *snapshot, pc))
            rows.push_back(pc_json(*snapshot, pc, std::move(runs)));
    co_return http::json(200, {{"pcs", std::move(rows)}, {"next", more ? json(pcs.back().first.id) : json(nullptr)}});
}

awaitable<Response> get(const Context& context, const Request& request, const Principal& principal)
{
    auto pc = co_await visible(context, request, principal);
    if (!pc)
        co_return no_such_pc(request);
    co_return co_await answer(context, 200, std::move(*pc));
}

awaitable<Response> rename(const Context& context, const Request& request, const Principal& principal)
{
    const auto if_match = need_if_match(request, "PC");
    if (!if_match)
        co_return if_match.error();
    const auto body = json::parse(request.body, nullptr, false);
    const auto name = body.is_object() ? body.find("name") : body.end();
    if (!body.is_object() || name == body.end() || !name->is_string())
        co_return http::error(400, "json-malformed", "Of a PC, {\"name\": \"…\"} can be changed.", "name");
    const auto id = id_of(request);
    auto rename = [&](Connection& connection) {
        return catalog::rename_pc(connection, id, *if_match, name->get_ref<const std::string&>());
    };
    auto pc = co_await change(context, request, principal, Right::manage_pcs, "change", rename);
    if (!pc)
        co_return refused(pc.error());
    co_return co_await answer(context, 200, std::move(*pc));
}

awaitable<Response> forget(const Context& context, const Request& request, const Principal& principal)
{
    const auto if_match = need_if_match(request, "PC");
    if (!if_match)
        co_return if_match.error();
    const auto id = id_of(request);
    auto remove = [&](Connection& connection) { return catalog::remove_pc(connection, id, *if_match); };
    const auto removed = co_await change(context, request, principal, Right::manage_pcs, "remove", remove);
    co_return removed ? http::no_content() : refused(removed.error());
}

awaitable<Response> confirm(const Context& context, const Request& request, const Principal& principal)
{
    const auto code = text_member(json::parse(request.body, nullptr, false), "code", 64);
    if (code.empty())
        co_return http::error(400, "json-malformed",
                              "A key is confirmed with {\"code\": \"…\"}, as the PC shows it on its screen.", "code");
    const auto id = id_of(request);
    auto confirm = [&](Connection& connection) {
        return catalog::confirm_pc(connection, id, code, principal.name, context.now());
    };
    auto pc = co_await change(context, request, principal, Right::confirm_pcs, "confirm", confirm);
    if (!pc)
        co_return refused(pc.error());
    co_return co_await answer(context, 200, std::move(*pc));
}

awaitable<Response> unconfirm(const Context& context, const Request& request, const Principal& principal)
{
    const auto id = id_of(request);
    auto unconfirm = [&](Connection& connection) { return catalog::unconfirm_pc(connection, id); };
    auto pc = co_await change(context, request, principal, Right::confirm_pcs, "unconfirm", unconfirm);
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

awaitable<Response> boots(const Context& context, const Request& request, const Principal& principal)
{
    const auto pc = co_await visible(context, request, principal);
    if (!pc)
        co_return no_such_pc(request);
    const auto found = co_await context.database.read(
        [&](Connection& connection) { return catalog::list_pc_boots(connection, pc->id); });
    co_return http::json(200, {{"boots", list_json(found)}});
}

awaitable<Response> commands(const Context& context, const Request& request, const Principal& principal)
{
    const auto pc = co_await visible(context, request, principal);
    if (!pc)
        co_return no_such_pc(request);
    const auto found = co_await context.database.read(
        [&](Connection& connection) { return catalog::list_pc_commands(connection, pc->id); });
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
    auto command = [&](Connection& connection) {
        return catalog::command_pc(connection, id, action, record, principal.name, context.now());
    };
    const auto made = co_await change(context, request, principal, Right::manage_pcs, "command", command);
    if (!made)
        co_return refused(made.error());
    co_return http::json(201, made->to_json());
}

} // namespace

void add_pc_admin_routes(http::Router& router, const Context& context)
{
    const auto add = [&](Method method, Right right, const char* path, auto handler) {
        router.add(method, path,
                   for_users_with_some(context, right,
                                       [&context, handler](const Request& request, const Principal& who) {
                                           return handler(context, request, who);
                                       }),
                   method == Method::get ? 0 : max_json);
    };
    add(Method::get, Right::read_catalog, "/api/v1/pcs", list);
    add(Method::get, Right::read_catalog, "/api/v1/pcs/{id}", get);
    add(Method::put, Right::manage_pcs, "/api/v1/pcs/{id}", rename);
    add(Method::remove, Right::manage_pcs, "/api/v1/pcs/{id}", forget);
    add(Method::post, Right::confirm_pcs, "/api/v1/pcs/{id}/enrolment", confirm);
    add(Method::remove, Right::confirm_pcs, "/api/v1/pcs/{id}/enrolment", unconfirm);
    add(Method::get, Right::read_catalog, "/api/v1/pcs/{id}/boots", boots);
    add(Method::get, Right::read_catalog, "/api/v1/pcs/{id}/commands", commands);
    add(Method::post, Right::manage_pcs, "/api/v1/pcs/{id}/commands", command);
}

} // namespace farboot::server::api
