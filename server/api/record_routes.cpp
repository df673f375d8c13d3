#include "server/api/audience.hpp"
#include "server/api/auth.hpp"
#include "server/api/page.hpp"
#include "server/api/routes.hpp"

#include "rootfs/base/number.hpp"
#include "server/catalog/records.hpp"
#include "server/http/range.hpp"

#include <nlohmann/json.hpp>

#include <span>

namespace farboot::server::api
{

using boost::asio::awaitable;
using catalog::Connection;
using catalog::PublishedRecord;
using http::Method;
using http::Request;
using http::Response;

namespace
{

/// Why a record was refused, as an HTTP status: it is malformed, or not allowed, or does not fit what is there.
int status_of(const std::string& reason)
{
    if (reason == "number-too-low" || reason == "policy-missing")
        return 409;
    if (reason.starts_with("signature") || reason == "key-unknown" || reason == "right-missing")
        return 403;
    return 400;
}

Response envelope(const Request& request, const std::optional<PublishedRecord>& record, const std::string& name)
{
    if (!record)
        return http::error(404, "not-found", fmt::format("There is no record {}.", name));
    const auto etag = '"' + sha256(as_bytes(record->envelope)).hex() + '"';
    Response response{
        .status = 200,
        .headers = {{"Content-Type", "application/vnd.dsse+json"}, {"Cache-Control", "no-cache"}, {"ETag", etag}},
        .body = record->envelope,
        .code = {}};
    if (http::etag_matches(request.header("if-none-match").value_or(""), etag))
        response.status = 304;
    return response;
}

/// A record says how large its image is, and what is in it: nobody else may know. Drafts are for those who work with
/// the catalog; so are revoked ones, which PCs have no use for.
awaitable<bool> may_see(const Context& context, const Request& request, const PublishedRecord& record)
{
    using catalog::VersionState;
    if (record.state == VersionState::draft || record.state == VersionState::revoked) {
        const auto principal = co_await who_asks(context, request);
        const auto& name = record.header.name;
        if (!principal || !(principal->may_somewhere(Right::read_catalog) ||
                            principal->may_on(Right::publish_records, people::record_object(name.type, name.series))))
            co_return false;
    }
    const auto audience = catalog::audience_of(record);
    if (co_await belongs_to(context, request, audience))
        co_return true;
    const auto principal = co_await who_asks(context, request);
    co_return principal && principal->may_on(Right::read_restricted, people::audience_object(audience));
}

awaitable<Response> get_current(const Context& context, const Request& request)
{
    const rootfs::RecordName name{request.parameter("type"), request.parameter("series")};
    std::optional<PublishedRecord> record;
    if (rootfs::RecordName::parse(name.text()))
        record = co_await context.database.read(
            [&](Connection& connection) { return catalog::current_record(connection, name); });
    if (record && !co_await may_see(context, request, *record))
        record.reset();
    co_return envelope(request, record, name.text());
}

awaitable<Response> get_one(const Context& context, const Request& request)
{
    const auto& number_text = request.parameter("number");
    const auto number = rootfs::to_number<std::uint64_t>(number_text);
    const rootfs::RecordHeader header{{request.parameter("type"), request.parameter("series")}, number.value_or(0)};
    std::optional<PublishedRecord> record;
    if (number && *number < (std::uint64_t{1} << 53) && rootfs::RecordName::parse(header.name.text()))
        record = co_await context.database.read(
            [&](Connection& connection) { return catalog::find_record(connection, header); });
    if (record && !co_await may_see(context, request, *record))
        record.reset();
    co_return envelope(request, record, header.name.text() + "/" + number_text);
}

awaitable<Response> list(const Context& context, const Request& request)
{
    const auto records =
        co_await context.database.read([](Connection& connection) { return catalog::list_records(connection); });
    std::vector<std::string> keys;
    for (const auto& record : records)
        keys.push_back(fmt::format("{}/{}", record.header.name.text(), record.header.number));
    const auto page = page_of(request, keys);
    if (!page)
        co_return page.error();
    auto rows = nlohmann::json::array();
    for (const auto& record : std::span(records).subspan(page->first, page->count))
        rows.push_back({{"type", record.header.name.type},
                        {"series", record.header.name.series},
                        {"number", record.header.number},
                        {"title", record.title},
                        {"state", catalog::name_of(record.state)},
                        {"current", record.current},
                        {"published", catalog::iso_time(record.published)}});
    nlohmann::json next = nullptr;
    if (page->more)
        next = keys[page->first + page->count - 1];
    co_return http::json(200, {{"records", std::move(rows)}, {"next", std::move(next)}});
}

awaitable<Response> post(const Context& context, const Request& request, const Principal& principal)
{
    const auto now = context.now();
    const auto state = catalog::version_state_named(request.target.parameter("state").value_or("published"));
    if (!state)
        co_return http::error(400, "state-malformed", "A new record is published, or with ?state=draft a draft.",
                              "state");
    const auto record = co_await context.database.write([&](Connection& connection) -> Result<PublishedRecord> {
        auto published = catalog::publish(connection, request.body, now, *state);
        if (!published)
            return published;
        const auto& name = published->header.name;
        const auto object = people::record_object(name.type, name.series);
        if (auto may = principal.need_on(Right::publish_records, object); !may) // takes it back
            return std::unexpected(may.error());
        if (published->sent_again)
            return published;
        log_change(connection, principal.author, "publish", object, nullptr,
                   {{"number", published->header.number},
                    {"title", published->title},
                    {"state", catalog::name_of(published->state)},
                    {"digest", sha256(as_bytes(published->envelope)).hex()}});
        return published;
    });
    if (!record)
        co_return http::error(status_of(record.error().reason), record.error());
    co_return http::json(record->sent_again ? 200 : 201, {{"type", record->header.name.type},
                                                          {"series", record->header.name.series},
                                                          {"number", record->header.number},
                                                          {"state", catalog::name_of(record->state)}});
}

} // namespace

void add_record_routes(http::Router& router, const Context& context)
{
    const std::string all = "/api/v1/records";
    router.add(Method::get, all,
               for_users_with_some(context, Right::read_catalog,
                                   [&context](const Request& r, const Principal&) { return list(context, r); }));
    router.add(Method::post, all,
               for_users_with_some(context, Right::publish_records,
                                   [&context](const Request& r, const Principal& p) { return post(context, r, p); }),
               max_json);
    router.add(Method::get, all + "/{type}/{series}", [&context](const Request& r) { return get_current(context, r); });
    router.add(Method::get, all + "/{type}/{series}/{number}",
               [&context](const Request& r) { return get_one(context, r); });
}

} // namespace farboot::server::api
