#include "server/api/resource.hpp"

#include "rootfs/base/number.hpp"
#include "server/rules/why.hpp"

namespace farboot::server::api
{

using boost::asio::awaitable;
using http::Method;
using http::Request;
using http::Response;

namespace
{

constexpr std::int64_t max_rows = 1000;
constexpr std::size_t max_word = 200;

Response malformed(std::string_view name, std::string_view what)
{
    return http::error(400, "parameter-malformed", fmt::format("{} must be {}.", name, what), name);
}

std::optional<std::int64_t> number_in(std::string_view text)
{
    const auto number = rootfs::to_number<std::int64_t>(text);
    return number && *number >= 1 ? number : std::nullopt;
}

std::expected<catalog::AuditFilter, Response> filter_of(const Request& request)
{
    catalog::AuditFilter filter;
    for (const auto& [name, into] : {std::pair("object", &filter.object), std::pair("user", &filter.user)}) {
        *into = request.target.parameter(name).value_or("");
        if (into->size() > max_word || !rules::printable_length(*into))
            return std::unexpected(malformed(name, fmt::format("a text of at most {} bytes", max_word)));
    }
    for (const auto& [name, into] : {std::pair("from", &filter.from), std::pair("until", &filter.until)})
        if (const auto text = request.target.parameter(name))
            if (*into = rules::parse_time(*text); !*into)
                return std::unexpected(malformed(name, "a time such as 2026-01-31T12:00:00Z"));
    if (const auto text = request.target.parameter("before"))
        if (filter.before = number_in(*text); !filter.before)
            return std::unexpected(malformed("before", "the number of a row"));
    if (const auto text = request.target.parameter("limit")) {
        const auto limit = number_in(*text);
        if (!limit || *limit > max_rows)
            return std::unexpected(malformed("limit", fmt::format("a number from 1 to {}", max_rows)));
        filter.limit = static_cast<std::size_t>(*limit);
    }
    return filter;
}

awaitable<Response> list(const Context& context, const Request& request)
{
    auto filter = filter_of(request);
    if (!filter)
        co_return filter.error();
    const auto wanted = filter->limit++; // one more says whether there is a next page
    auto rows = co_await context.database.read(
        [&](catalog::Connection& connection) { return catalog::list_audit(connection, *filter); });
    const bool more = rows.size() > wanted;
    if (more)
        rows.resize(wanted);
    auto list = nlohmann::json::array();
    for (const auto& row : rows)
        list.push_back(row.to_json());
    co_return http::json(
        200, {{"audit", std::move(list)}, {"next", more ? nlohmann::json(rows.back().id) : nlohmann::json()}});
}

} // namespace

void add_audit_routes(http::Router& router, const Context& context)
{
    router.add(Method::get, "/api/v1/audit",
               for_users_with(context, Right::read_audit,
                              [&context](const Request& request, const Principal&) { return list(context, request); }));
}

} // namespace farboot::server::api
