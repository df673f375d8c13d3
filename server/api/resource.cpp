#include "server/api/resource.hpp"
#include "rootfs/base/number.hpp"

#include <algorithm>
#include <array>

namespace farboot::server::api
{

namespace
{

/// Fields by the reasons for which the catalog refuses them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 21> fields{{{"auto-taken", "auto_seconds"},
                                                                                {"parent-unknown", "parent"},
                                                                                {"parent-cycle", "parent"},
                                                                                {"too-deep", "parent"},
                                                                                {"subnet-taken", "subnets"},
                                                                                {"mac-taken", "macs"},
                                                                                {"uuid-taken", "uuids"},
                                                                                {"dhcp-taken", "dhcp"},
                                                                                {"location-unknown", "location"},
                                                                                {"hardware-unknown", "hardware"},
                                                                                {"name-malformed", "name"},
                                                                                {"code-wrong", "code"},
                                                                                {"action-unknown", "action"},
                                                                                {"record-unknown", "record"},
                                                                                {"zone-unknown", "time.zone"},
                                                                                {"name-taken", "name"},
                                                                                {"group-unknown", "groups"},
                                                                                {"role-unknown", "roles"},
                                                                                {"role-location-unknown", "roles"},
                                                                                {"version-unknown", "current"},
                                                                                {"floor-too-high", "lowest"}}};

} // namespace

std::int64_t id_of(const http::Request& request)
{
    return rootfs::to_number<std::int64_t>(request.parameter("id")).value_or(0);
}

std::expected<std::string, http::Response> need_if_match(const http::Request& request, std::string_view noun)
{
    const auto header = request.header("if-match");
    if (!header)
        return std::unexpected(http::error(
            428, "if-match-missing", fmt::format("Send If-Match with the ETag of the {} as you have seen it.", noun)));
    return std::string(*header);
}

http::Response refused(const Error& error)
{
    if (error.reason == "not-found")
        return http::error(404, error);
    if (error.reason == "changed-meanwhile")
        return http::error(412, error);
    if (error.reason == "right-missing" || error.reason == "right-above")
        return http::error(403, error);
    const auto field = std::ranges::find(fields, error.reason, &std::pair<std::string_view, std::string_view>::first);
    return http::error(409, error, field == fields.end() ? "" : field->second);
}

std::expected<std::vector<std::int64_t>, http::Response> order_of(const http::Request& request)
{
    const auto body = nlohmann::json::parse(request.body, nullptr, false);
    const auto ids = body.is_object() ? body.value("ids", nlohmann::json()) : nlohmann::json();
    std::vector<std::int64_t> order;
    for (const auto& id : ids.is_array() ? ids : nlohmann::json::array())
        order.push_back(id.is_number_integer() ? id.get<std::int64_t>() : 0);
    if (!ids.is_array() || std::ranges::find(order, 0) != order.end())
        return std::unexpected(http::error(400, "json-malformed", "An order is {\"ids\": [1, 2, …]}.", "ids"));
    return order;
}

} // namespace farboot::server::api
