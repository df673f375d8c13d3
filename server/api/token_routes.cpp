#include "server/api/routes.hpp"

#include <nlohmann/json.hpp>

namespace farboot::server::api
{

using boost::asio::awaitable;
using http::Method;
using http::Request;
using http::Response;

namespace
{

/// An audience that there is not and one that the PC does not belong to get the same answer.
awaitable<Response> post_token(const Context& context, const Request& request)
{
    const auto question = nlohmann::json::parse(request.body, nullptr, false);
    const auto member = question.is_object() ? question.find("audience") : question.end();
    if (!question.is_object() || member == question.end() || !member->is_string())
        co_return http::error(400, "json-malformed", "A token is asked for with {\"audience\": \"<name>\"}.",
                              "audience");
    const auto& audience = member->get_ref<const std::string&>();
    if (audience.empty() || !context.audiences.admits(audience, request.client))
        co_return http::error(403, "audience-refused",
                              "This computer may not read the image: it is for certain networks only, and its address "
                              "is in none of them.");
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
