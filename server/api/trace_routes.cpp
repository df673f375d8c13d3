#include "server/api/pc_auth.hpp"
#include "server/api/resource.hpp"

#include "rootfs/base/number.hpp"
#include "rootfs/image/trace.hpp"
#include "server/catalog/pc_boots.hpp"
#include "server/catalog/pc_traces.hpp"

#include <algorithm>

/// Traces of enrolled PCs, of which boot profiles are made.
namespace farboot::server::api
{

using boost::asio::awaitable;
using catalog::Connection;
using http::Method;
using http::Request;
using http::Response;
using nlohmann::json;

namespace
{

constexpr int page_size = 100;
constexpr std::size_t max_label = 80;

/// What may stand in a trace's head, of whatever firmware says.
std::string label_of(std::string text)
{
    std::erase_if(text, [](char c) { return c < 0x20 || c > 0x7e; });
    return text.substr(0, max_label);
}

/// What the PC runs, as its newest start says.
std::string session_of(Connection& connection, std::int64_t pc)
{
    const auto boots = catalog::list_pc_boots(connection, pc);
    return boots.empty() ? "" : boots.front().record;
}

awaitable<Response> post_trace(const Context& context, const Request& request)
{
    const auto session = co_await asking_pc(context, request);
    if (!session)
        co_return pc_unknown();
    if (!session->enrolled)
        co_return http::error(403, "not-enrolled", "Only traces of enrolled PCs count.");
    auto trace = rootfs::Trace::parse(request.body);
    if (!trace)
        co_return http::error(400, trace.error());
    const auto now = context.now();
    const auto taken = co_await context.database.write([&](Connection& connection) -> Result<catalog::PcTrace> {
        const auto pc = catalog::find_pc(connection, session->pc);
        if (!pc)
            return fail("not-found", "There is no PC {}.", session->pc);
        trace->hardware = label_of(pc->facts.hardware.vendor + " " + pc->facts.hardware.product);
        trace->session = label_of(session_of(connection, pc->id));
        return catalog::take_pc_trace(connection, {.id = 0,
                                                   .manifest = trace->manifest.hex(),
                                                   .pc = pc->id,
                                                   .hardware = trace->hardware,
                                                   .session = trace->session,
                                                   .made = now,
                                                   .reads = static_cast<std::int64_t>(trace->reads.size()),
                                                   .content = trace->to_text()});
    });
    co_return taken ? http::no_content() : pc_unknown();
}

awaitable<Response> list(const Context& context, const Request& request)
{
    const std::string manifest(request.target.parameter("manifest").value_or(""));
    const auto after = rootfs::to_number<std::int64_t>(request.target.parameter("after").value_or("0"));
    if (!after || (!manifest.empty() && !Digest::from_hex(manifest)))
        co_return http::error(400, "parameter-malformed",
                              "Traces are listed by ?manifest=<64 hexadecimal digits>, from ?after=<number> on.",
                              after ? "manifest" : "after");
    auto traces = co_await context.database.read(
        [&](Connection& connection) { return catalog::list_pc_traces(connection, manifest, *after, page_size + 1); });
    const bool more = traces.size() > page_size;
    traces.resize(std::min<std::size_t>(traces.size(), page_size));
    auto rows = json::array();
    for (const auto& trace : traces)
        rows.push_back(trace.to_json());
    co_return http::json(200, {{"traces", std::move(rows)}, {"next", more ? json(traces.back().id) : json(nullptr)}});
}

awaitable<Response> get(const Context& context, const Request& request)
{
    const auto id = id_of(request);
    auto trace =
        co_await context.database.read([&](Connection& connection) { return catalog::find_pc_trace(connection, id); });
    if (!trace)
        co_return http::error(404, "not-found", fmt::format("There is no trace {}.", request.parameter("id")));
    auto row = trace->to_json();
    row["trace"] = std::move(trace->content);
    co_return http::json(200, row);
}

} // namespace

void add_trace_routes(http::Router& router, const Context& context)
{
    router.add(
        Method::post, "/api/v1/pc/trace", [&context](const Request& request) { return post_trace(context, request); },
        rootfs::Trace::most_text_bytes);
    router.add(Method::get, "/api/v1/traces",
               for_users_with(context, Right::read_catalog,
                              [&context](const Request& r, const Principal&) { return list(context, r); }));
    router.add(Method::get, "/api/v1/traces/{id}",
               for_users_with(context, Right::read_catalog,
                              [&context](const Request& r, const Principal&) { return get(context, r); }));
}

} // namespace farboot::server::api
