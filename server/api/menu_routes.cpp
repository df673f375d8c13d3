#include "server/api/menu_answer.hpp"
#include "server/api/pc_auth.hpp"
#include "server/api/pc_person.hpp"
#include "server/api/question.hpp"
#include "server/api/routes.hpp"

#include "rootfs/base/encoding.hpp"
#include "server/catalog/entries.hpp"
#include "server/catalog/menu.hpp"
#include "server/rules/effective.hpp"

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

awaitable<Response> get_health(const Context& context)
{
    co_await context.database.read([](catalog::Connection& connection) { return catalog::revision(connection); });
    co_return http::text(200, "ok\n");
}

awaitable<Response> get_menu(const Context& context, const Request& request)
{
    auto question = question_of_pc(request, context.now());
    if (!question)
        co_return question.error();
    const auto session = co_await asking_pc(context, request);
    if (session) {
        const auto pc = co_await context.database.read(
            [&](catalog::Connection& connection) { return catalog::find_pc(connection, session->pc); });
        if (pc) // what it has said when it came up: a booted system has no need to say it again
            question->pc = known_at(pc->facts, session->enrolled, question->pc.address);
    }
    co_return http::json_text(200, co_await menu_answer(context, request, std::move(*question), session));
}

/// Agents and readers take no more.
constexpr std::size_t most_sources = 16;

/// One that a location has, too, comes where the location has it.
void add_source(std::vector<std::string>& sources, const std::string& url)
{
    if (sources.size() < most_sources && std::ranges::find(sources, url) == sources.end())
        sources.push_back(url);
}

awaitable<Response> post_statement(const Context& context, const Request& request)
{
    const auto question = nlohmann::json::parse(request.body, nullptr, false);
    const auto member = question.is_object() ? question.find("nonce") : question.end();
    if (!question.is_object() || member == question.end() || !member->is_string())
        co_return http::error(400, "json-malformed", "A statement is asked for with {\"nonce\": \"<base64>\"}.",
                              "nonce");
    auto nonce = from_base64(member->get_ref<const std::string&>());
    if (!nonce || nonce->size() < 16 || nonce->size() > 64)
        co_return http::error(400, "nonce-malformed", "The nonce must be 16 to 64 bytes in base64.", "nonce");
    const auto snapshot = co_await context.snapshots.current();
    Response response = http::text(
        200, context.online_key.state(std::move(*nonce), context.now(), snapshot->lowest, snapshot->revoked));
    response.headers.front().second = "application/vnd.dsse+json";
    // A PC with a key says hello next: this saves it a round trip.
    co_return std::move(response).with("Farboot-Challenge", context.challenges.fresh(context.now()));
}

} // namespace

awaitable<std::string> menu_answer(const Context& context, const Request& request, rules::Question question,
                                   const std::optional<catalog::PcSession>& session)
{
    question.pc.audiences = context.audiences.of(question.pc.address);
    auto person = co_await person_at_pc(context, request, session);
    if (person) {
        question.user = {person->user.name, std::move(person->groups)};
        for (const auto& audience : context.audiences.names())
            if (person->rights.on(people::Right::read_restricted, people::audience_object(audience)))
                question.pc.audiences.push_back(audience);
    }
    const auto snapshot = co_await context.snapshots.current();
    catalog::MenuOptions options;
    options.gui = context.gui.value_or(snapshot->newest_gui);
    options.sources = rules::sources_of(snapshot->rules->path_of(question.pc));
    for (const auto& url : context.sources)
        add_source(options.sources, url);
    if (context.sources.empty())
        add_source(options.sources, context.hosts.origin(request) + "/store");
    if (!context.audiences.names().empty())
        options.tokens = context.hosts.origin(request) + std::string(token_path);
    options.login = may_log_in_at(context, request, session);
    if (person) {
        options.person = std::move(person->user.name);
        options.person_name = std::move(person->user.full_name);
        options.favourites = std::move(person->favourites);
    }
    co_return catalog::menu(*snapshot, question, options);
}

void add_menu_routes(http::Router& router, const Context& context)
{
    router.add(Method::get, "/healthz", [&context](const Request&) { return get_health(context); });
    router.add(Method::get, "/api/v1/menu", [&context](const Request& request) { return get_menu(context, request); });
    router.add(
        Method::post, "/api/v1/statement",
        [&context](const Request& request) { return post_statement(context, request); }, 4096);
}

} // namespace farboot::server::api
