#include "server/api/auth.hpp"
#include "server/api/pc_auth.hpp"
#include "server/api/pc_body.hpp"
#include "server/api/pc_person.hpp"
#include "server/api/qr_code.hpp"
#include "server/api/question.hpp"
#include "server/api/resource.hpp"
#include "server/api/routes.hpp"

#include "server/catalog/entries.hpp"
#include "server/catalog/records.hpp"
#include "server/catalog/users.hpp"

#include <algorithm>

/// Log-in at a PC with another device (RFC 8628, with the PC's session in place of client and device code), and what
/// people have to do with their own account (docs/users.md).
namespace farboot::server::api
{

using boost::asio::awaitable;
using catalog::Connection;
using catalog::LoginState;
using http::Method;
using http::Request;
using http::Response;
using nlohmann::json;

namespace
{

std::string shown(const std::string& code)
{
    return code.substr(0, 4) + "-" + code.substr(4);
}

awaitable<Response> begin(const Context& context, const Request& request)
{
    const auto session = co_await asking_pc(context, request);
    if (!session)
        co_return pc_unknown();
    if (!may_log_in_at(context, request, session))
        co_return http::error(
            403, "login-not-here",
            "Nobody can log in at this PC: its key is not confirmed, and it is in no network that was "
            "declared for that.");
    const auto now = context.now();
    const auto begun = co_await context.database.write([&](Connection& connection) -> Result<catalog::PcLogin> {
        return catalog::begin_pc_login(connection, session->pc, request.client, now);
    });
    const auto& login = *begun;
    const auto page = context.hosts.origin(request) + "/account/";
    const auto whole = page + "?code=" + shown(login.code);
    co_return http::json(200, {{"user_code", shown(login.code)},
                               {"verification_uri", page},
                               {"verification_uri_complete", whole},
                               {"qr", qr_code(whole)},
                               {"expires_in", std::chrono::seconds(catalog::pc_login_life).count()},
                               {"interval", catalog::pc_login_pause.count()}});
}

std::string_view name_of_state(LoginState state)
{
    switch (state) {
    case LoginState::waiting:
        return "waiting";
    case LoginState::too_fast:
        return "slow-down";
    case LoginState::confirmed:
        return "confirmed";
    case LoginState::refused:
        return "refused";
    case LoginState::none:
        break;
    }
    return "expired";
}

awaitable<Response> poll(const Context& context, const Request& request)
{
    const auto session = co_await asking_pc(context, request);
    if (!session)
        co_return pc_unknown();
    const auto now = context.now();
    const auto answer = co_await context.database.write([&](Connection& connection) -> Result<catalog::LoginAnswer> {
        return catalog::ask_pc_login(connection, session->pc, now);
    });
    co_return http::json(200, {{"state", name_of_state(answer->state)}, {"interval", answer->pause.count()}});
}

awaitable<Response> log_out_here(const Context& context, const Request& request)
{
    const auto session = co_await asking_pc(context, request);
    if (!session)
        co_return pc_unknown();
    co_await context.database.write([&](Connection& connection) -> Result<void> {
        catalog::end_person_at(connection, session->pc);
        return {};
    });
    co_return http::no_content();
}

Response code_unknown()
{
    return http::error(404, "code-unknown", "No PC shows this code (any more): look whether it shows a new one.",
                       "code");
}

/// Guesses are counted by who guesses and from where.
std::string throttle_key(const Request& request, const Principal& principal)
{
    return fmt::format("{} code {}", network_of(request.client), principal.user);
}

std::optional<Response> too_many(const Context& context, const std::string& key)
{
    const auto wait = context.throttle.wait(key, std::chrono::steady_clock::now());
    if (wait.count() == 0)
        return std::nullopt;
    return http::error(429, "too-many-logins",
                       fmt::format("Too many wrong codes: try again in {} seconds.", wait.count()))
        .with("Retry-After", std::to_string(wait.count()));
}

/// Which PC asks, and where it is: what somebody compares before he confirms.
awaitable<Response> show_code(const Context& context, const Request& request, const Principal& principal)
{
    const auto key = throttle_key(request, principal);
    if (auto wait = too_many(context, key))
        co_return std::move(*wait);
    const std::string code(request.target.parameter("code").value_or(""));
    const auto now = context.now();
    struct Found {
        catalog::PcLogin login;
        catalog::Pc pc;
    };
    const auto found = co_await context.database.read([&](Connection& connection) -> std::optional<Found> {
        const auto login = catalog::find_pc_login(connection, code, now);
        auto pc = login ? catalog::find_pc(connection, login->pc) : std::nullopt;
        return pc ? std::optional(Found{*login, std::move(*pc)}) : std::nullopt;
    });
    if (!found) {
        context.throttle.failed(key, std::chrono::steady_clock::now());
        co_return code_unknown();
    }
    const auto snapshot = co_await context.snapshots.current();
    auto place = json::array();
    const bool enrolled = !found->pc.key.empty();
    for (const auto* location :
         snapshot->rules->path_of(known_at(found->pc.facts, enrolled, address_of(found->login.address))))
        place.push_back({{"de", location->name.de}, {"en", location->name.en}});
    co_return http::json(200, {{"code", shown(found->login.code)},
                               {"pc",
                                {{"id", found->pc.id},
                                 {"name", found->pc.name},
                                 {"place", std::move(place)},
                                 {"address", found->login.address},
                                 {"enrolled", enrolled}}},
                               {"expires_in", (found->login.expires - now).count()}});
}

awaitable<Response> answer_code(const Context& context, const Request& request, const Principal& principal)
{
    if (!principal.author.token.empty() || principal.user == 0)
        co_return http::error(403, "session-needed",
                              "A token may not log anybody in at a PC: open the account page, and log in there.");
    const auto body = json::parse(request.body, nullptr, false);
    const auto code = text_member(body, "code", 64);
    const auto confirm = body.is_object() ? body.value("confirm", json()) : json();
    if (code.empty() || !confirm.is_boolean())
        co_return http::error(400, "json-malformed", "The answer is {\"code\": \"…\", \"confirm\": true or false}.");
    const auto key = throttle_key(request, principal);
    if (auto wait = too_many(context, key))
        co_return std::move(*wait);
    const auto now = context.now();
    const auto done = co_await context.database.write([&](Connection& connection) {
        return catalog::answer_pc_login(connection, code, principal.user, confirm.get<bool>(), now);
    });
    if (!done) {
        context.throttle.failed(key, std::chrono::steady_clock::now());
        co_return code_unknown();
    }
    co_return http::no_content();
}

/// What there is to choose favourites from: what the person would see at a PC of no location, and what he has chosen.
json entries_for(const catalog::Snapshot& snapshot, const rules::User& user,
                 const std::vector<std::int64_t>& favourites, std::chrono::sys_seconds now)
{
    auto entries = json::array();
    for (const auto kind : {rules::Kind::system, rules::Kind::vm}) {
        rules::Question question;
        question.kind = kind;
        question.user = user;
        question.time = now;
        for (const auto& verdict : snapshot.rules->decide(question).verdicts) {
            const auto entry = std::ranges::find(snapshot.entries, verdict.item->id, &catalog::Entry::id);
            const bool chosen = std::ranges::find(favourites, verdict.item->id) != favourites.end();
            if (entry != snapshot.entries.end() && (verdict.shown || chosen))
                entries.push_back({{"id", entry->id},
                                   {"kind", kind == rules::Kind::vm ? "vm" : "system"},
                                   {"title", {{"de", entry->title.de}, {"en", entry->title.en}}},
                                   {"icon", entry->icon}});
        }
    }
    return entries;
}

awaitable<Response> get_account(const Context& context, const Request&, const Principal& principal)
{
    struct Own {
        std::optional<people::User> user;
        rules::User known;
        std::vector<std::int64_t> favourites;
        std::vector<catalog::PersonsPc> pcs;
    };
    const auto own = co_await context.database.read([&](Connection& connection) {
        return Own{catalog::find_user(connection, principal.user),
                   {principal.name, catalog::group_names_of(connection, principal.user)},
                   catalog::favourites_of(connection, principal.user),
                   catalog::pcs_of_person(connection, principal.user)};
    });
    const auto snapshot = co_await context.snapshots.current();
    auto pcs = json::array();
    for (const auto& pc : own.pcs)
        pcs.push_back({{"id", pc.pc}, {"name", pc.name}, {"since", catalog::iso_time(pc.since)}});
    co_return http::json(200, {{"user", principal.name},
                               {"full_name", own.user ? own.user->full_name : ""},
                               {"groups", own.known.groups},
                               {"favourites", own.favourites},
                               {"entries", entries_for(*snapshot, own.known, own.favourites, context.now())},
                               {"pcs", std::move(pcs)}});
}

awaitable<Response> put_favourites(const Context& context, const Request& request, const Principal& principal)
{
    if (principal.user == 0)
        co_return http::error(403, "session-needed", "This token belongs to nobody, who has no favourites.");
    const auto body = rules::parse_object(request.body, "list of favourites", {"entries"});
    if (!body)
        co_return http::error(400, "json-malformed", body.error().sentence, body.error().field);
    const auto entries = rules::parse_ids(*body, "entries", catalog::max_favourites);
    if (!entries)
        co_return http::error(400, "json-malformed", entries.error().sentence, entries.error().field);
    const auto saved = co_await context.database.write(
        [&](Connection& connection) { return catalog::set_favourites(connection, principal.user, *entries); });
    if (!saved)
        co_return http::error(409, saved.error(), "entries");
    co_return http::no_content();
}

/// Somebody has gone away from a PC where he has logged in.
awaitable<Response> log_out_there(const Context& context, const Request& request, const Principal& principal)
{
    const auto id = id_of(request);
    const auto ended = co_await context.database.write([&](Connection& connection) -> Result<void> {
        const auto person = catalog::person_at(connection, id);
        if (!person || person->id != principal.user)
            return fail("not-found", "You have not logged in at this PC.");
        catalog::end_person_at(connection, id);
        return {};
    });
    if (!ended)
        co_return http::error(404, ended.error());
    co_return http::no_content();
}

} // namespace

void add_pc_login_routes(http::Router& router, const Context& context)
{
    using Work = awaitable<Response> (*)(const Context&, const Request&);
    using UserWork = awaitable<Response> (*)(const Context&, const Request&, const Principal&);
    const auto pc = [&context](Work work) -> http::Handler {
        return [&context, work](const Request& request) { return work(context, request); };
    };
    const auto user = [&context](UserWork work) {
        return for_users(context, [&context, work](const Request& request, const Principal& principal) {
            return work(context, request, principal);
        });
    };
    const std::string login = "/api/v1/pc/login";
    router.add(Method::post, login, pc(begin), 4096);
    router.add(Method::post, login + "/poll", pc(poll), 4096);
    router.add(Method::post, login + "/end", pc(log_out_here), 4096);
    const std::string account = "/api/v1/account";
    router.add(Method::get, account, user(get_account));
    router.add(Method::put, account + "/favourites", user(put_favourites), max_json);
    router.add(Method::get, account + "/pc-login", user(show_code));
    router.add(Method::post, account + "/pc-login", user(answer_code), 4096);
    router.add(Method::remove, account + "/pcs/{id}", user(log_out_there));
}

} // namespace farboot::server::api
