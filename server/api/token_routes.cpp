#include "server/api/pc_auth.hpp"
#include "server/api/question.hpp"
#include "server/api/routes.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace farboot::server::api
{

using boost::asio::awaitable;
using http::Method;
using http::Request;
using http::Response;

namespace
{

awaitable<bool> belongs(const Context& context, const Request& request, const std::string& audience)
{
    if (context.audiences.admits(audience, request.client))
        co_return true;
    const auto pc = co_await enrolled_pc(context, request);
    if (!pc)
        co_return false;
    const auto snapshot = co_await context.snapshots.current();
    const auto audiences = snapshot->rules->audiences_of({.address = address_of(request.client),
                                                          .mac = pc->facts.mac,
                                                          .uuid = pc->facts.uuid,
                                                          .hardware = {},
                                                          .audiences = {},
                                                          .enrolled = true});
    co_return std::ranges::count(audiences, audience) > 0;
}

/// An audience that there is not and one that the PC does not belong to get the same answer.
awaitable<Response> post_token(const Context& context, const Request& request)
{
    const auto question = nlohmann::json::parse(request.body, nullptr, false);
    const auto member = question.is_object() ? question.find("audience") : question.end();
    if (!question.is_object() || member == question.end() || !member->is_string())
        co_return http::error(400, "json-malformed", "A token is asked for with {\"audience\": \"<name>\"}.",
                              "audience");
    const auto& audience = member->get_ref<const std::string&>();
    if (!context.audiences.knows(audience) || !co_await belongs(context, request, audience))
        co_return http::error(403, "audience-refused",
                              "This computer may not read the image: it is for certain networks and enrolled PCs only, "
                              "and this one is neither.");
    co_return http::json(200, {{"audience", audience},
                               {"token", context.audiences.token(audience, context.now())},
                               {"seconds", Audiences::token_life.count()}});
}

} // namespace

void add_token_routes(http::Router& router, const Context& context)
{
    router.add(
        Method::post, std::string(token_path),
        [&context](const Request& request) { return post_token(context, request); }, 4096);
}

} // namespace farboot::server::api
