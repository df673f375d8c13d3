#include "server/api/resource.hpp"

#include "server/catalog/tokens.hpp"
#include "server/rules/why.hpp"
#include "server/trust/secret.hpp"

namespace farboot::server::api
{

using boost::asio::awaitable;
using catalog::Connection;
using catalog::Token;
using http::Method;
using http::Request;
using http::Response;

namespace
{

/// {"name", "scope", "expires"}; `expires` null or missing: never.
people::Parsed<Token> parse_token(const std::string& body, std::chrono::sys_seconds now)
{
    const auto root = rules::parse_object(body, "token", {"name", "scope", "expires"});
    if (!root)
        return std::unexpected(root.error());
    Token token;
    token.created = now;
    const auto name = root->value("name", nlohmann::json());
    if (!name.is_string())
        return rules::wrong("name", "A token needs a name.");
    token.name = name.get<std::string>();
    auto scope = people::parse_grants(root->value("scope", nlohmann::json()), "scope");
    if (!scope)
        return std::unexpected(scope.error());
    token.scope = std::move(*scope);
    const auto expires = root->value("expires", nlohmann::json());
    if (expires.is_null())
        return token;
    token.expires = expires.is_string() ? rules::parse_time(expires.get_ref<const std::string&>()) : std::nullopt;
    if (!token.expires)
        return rules::wrong("expires", "expires is a time such as 2027-01-31T12:00:00Z, or null.");
    if (*token.expires <= now)
        return rules::wrong("expires", "expires is over already.");
    return token;
}

std::optional<std::int64_t> owner_of(const Principal& principal)
{
    return principal.user ? std::optional(principal.user) : std::nullopt;
}

bool is_own(const Principal& principal, const Token& token)
{
    return token.user == owner_of(principal);
}

/// One's own; with ?all=true everybody's.
awaitable<Response> list(const Context& context, const Request& request, const Principal& principal)
{
    const bool all = request.target.parameter("all").value_or("") == "true";
    if (all && !principal.may(Right::manage_users))
        co_return http::error(403, right_missing(Right::manage_users, "for everything"));
    auto tokens =
        co_await context.database.read([](Connection& connection) { return catalog::list_tokens(connection, {}); });
    if (!all)
        std::erase_if(tokens, [&](const Token& token) { return !is_own(principal, token); });
    auto rows = nlohmann::json::array();
    for (const auto& token : tokens)
        rows.push_back(token.to_json());
    co_return http::json(200, {{"tokens", std::move(rows)}});
}

awaitable<Response> create(const Context& context, const Request& request, const Principal& principal)
{
    auto token = parse_token(request.body, context.now());
    if (!token)
        co_return http::error(400, "token-malformed", token.error().sentence, token.error().field);
    token->user = owner_of(principal);
    token->user_name = principal.author.user;
    const auto secret = "farboot_" + fresh_secret();
    const auto created = co_await context.database.write([&](Connection& connection) -> Result<Token> {
        // Otherwise one that was stolen could make itself heirs, who stay when it is revoked.
        if (!principal.author.token.empty())
            if (auto may = principal.need(Right::manage_users); !may)
                return std::unexpected(may.error());
        if (auto may = principal.need_all_of(connection, token->scope); !may)
            return std::unexpected(may.error());
        auto made = catalog::create_token(connection, *token, secret);
        if (made)
            log_change(connection, principal.author, "create", fmt::format("token:{}", made->id), nullptr,
                       made->to_json());
        return made;
    });
    if (!created)
        co_return refused(created.error());
    auto answer = created->to_json();
    answer["secret"] = secret;
    co_return http::json(201, answer).with("Location", fmt::format("/api/v1/tokens/{}", created->id));
}

/// One's own, or those of others whose rights one has all.
awaitable<Response> remove(const Context& context, const Request& request, const Principal& principal)
{
    const auto id = id_of(request);
    const auto removed = co_await context.database.write([&](Connection& connection) -> Result<void> {
        const auto token = catalog::find_token(connection, id);
        const bool own = token && is_own(principal, *token);
        if (!token || (!own && !principal.may(Right::manage_users)))
            return fail("not-found", "There is no token {} that you may revoke.", id);
        if (!own)
            if (auto may = principal.need_all_of(
                    connection, token->user ? catalog::rights_of_user(connection, *token->user) : token->scope);
                !may)
                return may;
        catalog::remove_token(connection, id);
        log_change(connection, principal.author, "remove", fmt::format("token:{}", id), token->to_json(), nullptr);
        return {};
    });
    if (!removed)
        co_return refused(removed.error());
    co_return http::no_content();
}

} // namespace

void add_access_routes(http::Router& router, const Context& context)
{
    const std::string all = "/api/v1/tokens";
    using Work = awaitable<Response> (*)(const Context&, const Request&, const Principal&);
    const auto with = [&context](Work work) -> UserHandler {
        return [&context, work](const Request& request, const Principal& principal) {
            return work(context, request, principal);
        };
    };
    router.add(Method::get, all, for_users(context, with(list)));
    router.add(Method::post, all, for_users(context, with(create)), max_json);
    router.add(Method::remove, all + "/{id}", for_users(context, with(remove)));
}

} // namespace farboot::server::api
