#include "server/api/audience.hpp"
#include "server/api/auth.hpp"
#include "server/api/routes.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace farboot::server::api
{

using boost::asio::awaitable;
using http::Method;
using http::Request;
using http::Response;

namespace
{

/// By its address, as an enrolled PC, or by the right of who has logged in.
awaitable<bool> may_read(const Context& context, const Request& request, const std::string& audience)
{
    if (audience.empty() || !context.audiences.knows(audience))
        co_return false;
    if (co_await belongs_to(context, request, audience))
        co_return true;
    const auto principal = co_await who_asks(context, request);
    co_return principal && principal->may_on(Right::read_restricted, people::audience_object(audience));
}

constexpr std::uint64_t max_question = 64 * 1024;
constexpr std::size_t max_paths = 256;

/// The files that are asked for, by paths below the audience's part of a store; nothing if that cannot be understood.
std::optional<std::vector<std::string>> paths_of(const nlohmann::json& question)
{
    const auto list = question.find("paths");
    if (list == question.end() || !list->is_array() || list->empty() || list->size() > max_paths)
        return std::nullopt;
    std::vector<std::string> paths;
    for (const auto& path : *list) {
        if (!path.is_string() || !SignedSources::is_path(path.get_ref<const std::string&>()))
            return std::nullopt;
        paths.push_back(path);
    }
    return paths;
}

Response queries(const Context& context, const std::string& audience, const std::string& source,
                 const nlohmann::json& question)
{
    const auto paths = paths_of(question);
    if (!paths)
        return http::error(400, "paths-malformed",
                           fmt::format("Leave to read from {} is given for 1 to {} files at once: \"paths\": "
                                       "[\"v1/packs/…\"].",
                                       source, max_paths),
                           "paths");
    auto signed_paths = nlohmann::json::object();
    for (const auto& path : *paths)
        signed_paths[path] = context.signed_sources.query(source, audience, path, Audiences::token_life, context.now());
    return http::json(200, {{"audience", audience},
                            {"source", source},
                            {"queries", std::move(signed_paths)},
                            {"seconds", Audiences::token_life.count()}});
}

/// An audience that there is not and one that the PC does not belong to get the same answer.
awaitable<Response> post_token(const Context& context, const Request& request)
{
    const auto question = nlohmann::json::parse(request.body, nullptr, false);
    const auto member = question.is_object() ? question.find("audience") : question.end();
    if (!question.is_object() || member == question.end() || !member->is_string())
        co_return http::error(400, "json-malformed", "A token is asked for with {\"audience\": \"<name>\"}.",
                              "audience");
    const auto audience = member->get<std::string>();
    if (!co_await may_read(context, request, audience))
        co_return http::error(403, "audience-refused",
                              "This computer may not read the image: it is for certain networks and enrolled PCs only, "
                              "and this one is neither.");
    const auto source = question.find("source");
    if (source != question.end() && source->is_string() &&
        context.signed_sources.knows(source->get_ref<const std::string&>()))
        co_return queries(context, audience, *source, question);
    co_return http::json(200, {{"audience", audience},
                               {"token", context.audiences.token(audience, context.now())},
                               {"seconds", Audiences::token_life.count()}});
}

} // namespace

void add_token_routes(http::Router& router, const Context& context)
{
    router.add(
        Method::post, std::string(token_path),
        [&context](const Request& request) { return post_token(context, request); }, max_question);
}

} // namespace farboot::server::api
