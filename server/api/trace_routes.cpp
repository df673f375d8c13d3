#include "server/api/audience.hpp"
#include "server/api/pc_auth.hpp"
#include "server/api/resource.hpp"

#include "rootfs/base/number.hpp"
#include "rootfs/image/trace.hpp"
#include "rootfs/record/envelope.hpp"
#include "server/catalog/hardware_classes.hpp"
#include "server/catalog/pc_boots.hpp"
#include "server/catalog/pc_traces.hpp"
#include "server/catalog/records.hpp"

#include <algorithm>

/// Traces of enrolled PCs, of which boot profiles are made.
namespace farboot::server::api
{

using boost::asio::awaitable;
using catalog::Connection;
using catalog::PublishedRecord;
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

/// The catalog's hardware classes that the PC is of, as its admins tell PCs apart; its model where they do not.
std::string hardware_label(Connection& connection, const rules::Hardware& hardware)
{
    std::string names;
    std::string numbers;
    for (const auto& one : catalog::list_hardware(connection)) {
        if (!one.holds(hardware))
            continue;
        names += (names.empty() ? "" : ", ") + one.name.en;
        numbers += fmt::format("{} {}", numbers.empty() ? "hardware classes" : ",", one.id);
    }
    if (names.empty())
        return label_of(hardware.vendor + " " + hardware.product);
    return rootfs::is_trace_label(names) ? names : label_of(numbers); // not two names that become one
}

/// Of which record the trace is: of the virtual machine's that the request names, or of what the PC runs, as its newest
/// start says.
std::optional<PublishedRecord> record_of(Connection& connection, const Request& request, std::int64_t pc)
{
    rootfs::RecordHeader header;
    if (request.parameters.contains("series")) {
        header = {{"vm", request.parameter("series")},
                  rootfs::to_number<std::uint64_t>(request.parameter("number")).value_or(0)};
    } else if (const auto boot = catalog::newest_pc_boot(connection, pc)) {
        const auto name = rootfs::RecordName::parse(boot->record);
        header = {name.value_or(rootfs::RecordName{}), static_cast<std::uint64_t>(boot->number)};
    }
    constexpr std::uint64_t highest = (std::uint64_t{1} << 53) - 1;
    if (header.number == 0 || header.number > highest || !rootfs::RecordName::parse(header.name.text()))
        return std::nullopt;
    return catalog::find_record(connection, header);
}

/// A PC that may not read the image, or made it up, is told the same.
Response image_unknown()
{
    return http::error(404, "image-unknown", "This trace is not of the image that the record names.");
}

bool is_of(const rootfs::Trace& trace, const PublishedRecord& record)
{
    const auto envelope = rootfs::Envelope::parse(record.envelope);
    const auto image = envelope ? rootfs::image_of(envelope->payload) : std::unexpected(envelope.error());
    return image && image->manifest == trace.manifest && image->bytes == trace.image_bytes;
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
    const auto record = co_await context.database.read(
        [&](Connection& connection) { return record_of(connection, request, session->pc); });
    if (!record || !is_of(*trace, *record))
        co_return image_unknown();
    const auto audience = catalog::audience_of(*record);
    if (!co_await belongs_to(context, request, audience))
        co_return image_unknown();
    const auto now = context.now();
    const auto taken = co_await context.database.write([&](Connection& connection) -> Result<catalog::PcTrace> {
        const auto pc = catalog::find_pc(connection, session->pc);
        if (!pc)
            return fail("not-found", "There is no PC {}.", session->pc);
        trace->hardware = hardware_label(connection, pc->facts.hardware);
        trace->session = label_of(record->header.name.text());
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
    for (const char* path : {"/api/v1/pc/trace", "/api/v1/pc/trace/vm/{series}/{number}"})
        router.add(
            Method::post, path, [&context](const Request& request) { return post_trace(context, request); },
            rootfs::Trace::most_text_bytes);
    router.add(Method::get, "/api/v1/traces",
               for_users_with(context, Right::read_catalog,
                              [&context](const Request& r, const Principal&) { return list(context, r); }));
    router.add(Method::get, "/api/v1/traces/{id}",
               for_users_with(context, Right::read_catalog,
                              [&context](const Request& r, const Principal&) { return get(context, r); }));
}

} // namespace farboot::server::api
