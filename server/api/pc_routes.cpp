#include "server/api/job_runner.hpp"
#include "server/api/menu_answer.hpp"
#include "server/api/pc_auth.hpp"
#include "server/api/pc_body.hpp"
#include "server/api/question.hpp"
#include "server/api/routes.hpp"

#include "server/catalog/job_steps.hpp"
#include "server/catalog/pc_boots.hpp"
#include "server/catalog/pc_commands.hpp"
#include "server/catalog/pc_sessions.hpp"
#include "server/rules/effective.hpp"
#include "server/trust/pc_key.hpp"
#include "server/trust/secret.hpp"

#include <nlohmann/json.hpp>

/// What PCs say of themselves (docs/pcs.md).
namespace farboot::server::api
{

using boost::asio::awaitable;
using catalog::Connection;
using catalog::PcSession;
using catalog::PcSessionKind;
using catalog::PcState;
using http::Method;
using http::Request;
using http::Response;
using nlohmann::json;

namespace
{

constexpr std::uint64_t max_hello = 64 << 10;
constexpr std::chrono::seconds seen_again(60); ///< how old `seen` may become before it is written anew

json command_json(const std::optional<catalog::PcCommand>& command)
{
    if (!command)
        return nullptr;
    json result{{"id", command->id}, {"action", command->action}};
    if (!command->record.empty())
        result["record"] = command->record;
    return result;
}

/// What the system that a PC boots is to be set to, where the PC is now.
json settings_json(const catalog::Snapshot& snapshot, const catalog::Pc& pc, const rules::Pc& known)
{
    return rules::handed_settings(snapshot.rules->path_of(known), {.id = pc.id, .name = pc.name, .mac = pc.facts.mac});
}

/// How it stands with a PC's key: what its screen says of it.
json key_json(const catalog::Met& met)
{
    const auto& text = met.enrolled ? met.pc.key : met.pc.asking_key;
    const auto key = PcKey::parse(text);
    const auto* state = met.enrolled ? "confirmed" : met.stranger ? "other" : key ? "waiting" : "none";
    return {{"state", state}, {"code", key ? json(key->code()) : json(nullptr)}};
}

std::expected<std::optional<catalog::ProvenKey>, Response> proven(const Context& context, const Request& request,
                                                                  const std::optional<ProofGiven>& given)
{
    if (!given)
        return std::nullopt;
    if (!context.challenges.accepts(given->challenge, context.now()))
        return std::unexpected(http::error(409, "challenge-stale",
                                           "The challenge is too old, or not this server's: ask for a statement, which "
                                           "brings a new one.",
                                           "proof.challenge"));
    const auto key = PcKey::parse(given->key);
    if (!key)
        return std::unexpected(http::error(400, key.error(), "proof.key"));
    const auto message = pc_proof_message(context.hosts.name(request), given->challenge);
    if (!key->verify(message, given->signature))
        return std::unexpected(http::error(403, "proof-wrong",
                                           "The signature does not prove that this PC has the key, for this server.",
                                           "proof.signature"));
    return catalog::ProvenKey{key->text(), given->kept};
}

struct Welcome {
    catalog::Met met;
    std::optional<catalog::PcCommand> command;
};

Result<Welcome> welcome(Connection& connection, const Hello& hello, const std::optional<catalog::ProvenKey>& proof,
                        const std::string& secret, std::chrono::sys_seconds now)
{
    auto met = catalog::meet_pc(connection, hello.facts, proof, now);
    if (!met)
        return std::unexpected(met.error());
    Welcome result{std::move(*met), std::nullopt};
    const auto& pc = result.met.pc;
    if (result.met.stranger)
        return result;
    catalog::begin_pc_boot(connection, pc.id, hello.boot_id, pc.state, hello.stages, now);
    catalog::set_pc_state(connection, pc.id, PcState::preboot, now);
    catalog::begin_pc_session(connection, secret, pc.id, PcSessionKind::preboot, proof ? proof->key : "",
                              result.met.enrolled, now);
    const PcSession session{pc.id, PcSessionKind::preboot, result.met.enrolled};
    result.command = catalog::take_pc_command(connection, session, now);
    if (!result.command)
        result.command = catalog::next_of_job(connection, session, {.hello = true, .used = false}, now);
    return result;
}

awaitable<Response> post_hello(const Context& context, const Request& request)
{
    const auto hello = Hello::parse(request);
    if (!hello)
        co_return hello.error();
    const auto proof = proven(context, request, hello->proof);
    if (!proof)
        co_return proof.error();
    const auto secret = fresh_secret();
    const auto now = context.now();
    const auto met = co_await context.database.write(
        [&](Connection& connection) { return welcome(connection, *hello, *proof, secret, now); });
    if (!met && met.error().reason != "pc-nameless" && met.error().reason != "pcs-full")
        co_return http::error(409, met.error());
    const bool enrolled = met && met->met.enrolled;
    rules::Question question{.kind = rules::Kind::system, .pc = {}, .user = {}, .time = now};
    question.pc = known_pc(enrolled ? met->met.pc.facts : hello->facts, enrolled);
    std::optional<PcSession> session;
    if (met && !met->met.stranger)
        session = PcSession{met->met.pc.id, PcSessionKind::preboot, enrolled};
    const auto snapshot = co_await context.snapshots.current();
    json answer{{"pc", nullptr},
                {"session", nullptr},
                {"again", context.report_every.count()},
                {"command", nullptr},
                {"settings", nullptr}};
    if (met) {
        request.who = fmt::format("pc:{}", met->met.pc.id);
        answer["pc"] = {{"id", met->met.pc.id}, {"name", met->met.pc.name}, {"key", key_json(met->met)}};
        if (!met->met.stranger) {
            answer["session"] = secret;
            answer["settings"] = settings_json(*snapshot, met->met.pc, question.pc);
        }
        answer["command"] = command_json(met->command);
    }
    const auto menu = co_await menu_answer(context, request, std::move(question), session);
    auto text = answer.dump();
    text.pop_back(); // the menu is text already
    co_return http::json_text(200, text + ",\"menu\":" + menu + "}");
}

struct Report {
    std::optional<PcState> state;
    std::string ending;
    std::vector<catalog::PcStage> stages;
    std::int64_t command = 0;
    std::string outcome;
    bool used = false;              ///< somebody is logged in; a system that does not say so could be used
    std::optional<bool> finished{}; ///< what a job had started it for: true if that was done, false if it failed
    std::string sentence;
};

std::expected<Report, Response> parse_report(const Request& request)
{
    const auto body = json::parse(request.body, nullptr, false);
    if (!body.is_object())
        return std::unexpected(http::error(400, "json-malformed", "A report is a JSON object."));
    Report report;
    if (const auto state = body.find("state"); state != body.end()) {
        report.state = state->is_string() ? catalog::pc_state_of(state->get_ref<const std::string&>()) : std::nullopt;
        if (!report.state)
            return std::unexpected(
                http::error(400, "json-malformed", "A state is off, preboot, booting, running or standby.", "state"));
    }
    report.ending = text_member(body, "ending", 16) == "reboot" ? "reboot" : "power-off";
    if (const auto stages = body.find("stages"); stages != body.end())
        report.stages = catalog::stages_of(*stages);
    if (const auto done = body.find("done"); done != body.end() && done->is_object()) {
        const auto id = done->find("id");
        report.command = id != done->end() && id->is_number_unsigned() ? id->get<std::int64_t>() : 0;
        report.outcome = text_member(*done, "outcome", 1000);
    }
    const auto people = body.find("people");
    report.used = people == body.end() || !people->is_number_unsigned() || *people != 0;
    if (const auto job = body.find("job"); job != body.end()) {
        const auto outcome = text_member(*job, "outcome", 16);
        if (outcome != "done" && outcome != "failed")
            return std::unexpected(http::error(400, "json-malformed",
                                               "A job ends as {\"outcome\": \"done\"} or {\"outcome\": \"failed\"}.",
                                               "job.outcome"));
        report.finished = outcome == "done";
        report.sentence = text_member(*job, "sentence", 1000);
    }
    return report;
}

struct Noted {
    std::optional<catalog::PcCommand> command;
    bool changed = false;  ///< its key was confirmed, or counts no longer, since its session began
    bool enrolled = false; ///< now
};

/// What a job wants of the PC, after what it has said.
std::optional<catalog::PcCommand> next_of_job(Connection& connection, const PcSession& session, const Report& report,
                                              std::chrono::sys_seconds now)
{
    auto command = catalog::next_of_job(connection, session, {.hello = false, .used = report.used}, now);
    if (!command && report.finished)
        command = catalog::finish_job_part(connection, session, !*report.finished, report.sentence, now);
    return command;
}

Result<Noted> note_report(Connection& connection, const PcSession& session, const Report& report,
                          const std::string& secret, const std::string& client, std::chrono::sys_seconds now)
{
    const auto pc = catalog::find_pc(connection, session.pc);
    if (!pc)
        return fail("not-found", "There is no PC {}.", session.pc);
    catalog::tell_pc_stages(connection, pc->id, session.kind == PcSessionKind::system, report.stages);
    if (report.state && *report.state != pc->state)
        catalog::set_pc_state(connection, pc->id, *report.state, now);
    else
        catalog::see_pc(connection, pc->id, client, now);
    if (report.command != 0)
        catalog::tell_pc_outcome(connection, pc->id, report.command, report.outcome);
    if (report.state == PcState::off) {
        catalog::end_pc_boot(connection, pc->id, report.ending, now);
        catalog::pc_leaves_job(connection, pc->id, report.ending, now);
        return Noted{};
    }
    catalog::renew_pc_session(connection, secret, now);
    const bool changed = session.kind == PcSessionKind::preboot && session.enrolled == pc->key.empty();
    auto command = catalog::take_pc_command(connection, session, now);
    if (!command)
        command = next_of_job(connection, session, report, now);
    return Noted{std::move(command), changed, session.enrolled};
}

/// Only an enrolled PC is told of others.
awaitable<std::vector<std::string>> to_wake(const Context& context, const PcSession& session)
{
    if (!session.enrolled)
        co_return std::vector<std::string>();
    co_return co_await to_wake_by(context, session.pc);
}

/// What an idle PC says, which is most of what a server of thousands of them hears, changes nothing: its word of a
/// minute ago stands. False if there is something to write. An enrolled one is always heard: commands and jobs wait for
/// it.
bool unchanged(Connection& connection, const PcSession& session, const Report& report, const std::string& client,
               std::chrono::sys_seconds now)
{
    const auto pc = catalog::find_pc(connection, session.pc);
    return pc && !session.enrolled && pc->key.empty() && (!report.state || *report.state == pc->state) &&
           report.state != PcState::off && report.command == 0 && report.stages.empty() &&
           client == pc->facts.address && now >= pc->seen && now - pc->seen <= seen_again;
}

awaitable<Response> post_report(const Context& context, const Request& request)
{
    const auto report = parse_report(request);
    if (!report)
        co_return report.error();
    const std::string secret(request.header(pc_header).value_or(""));
    const auto now = context.now();
    const auto session = co_await asking_pc(context, request);
    if (!session)
        co_return pc_unknown();
    const bool quiet = co_await context.database.read(
        [&](Connection& connection) { return unchanged(connection, *session, *report, request.client, now); });
    if (quiet)
        co_return http::json(
            200,
            {{"again", context.report_every.count()}, {"command", nullptr}, {"hello", false}, {"enrolled", false}});
    const auto noted = co_await context.database.write([&](Connection& connection) {
        return note_report(connection, *session, *report, secret, request.client, now);
    });
    if (!noted)
        co_return pc_unknown();
    json answer{{"again", context.report_every.count()},
                {"command", command_json(noted->command)},
                {"hello", noted->changed},
                {"enrolled", noted->enrolled}};
    if (auto macs = co_await to_wake(context, *session); !macs.empty())
        answer["wake"] = std::move(macs);
    co_return http::json(200, answer);
}

/// {"record": "boot/…", "number": n}: of a body.
std::optional<rootfs::RecordHeader> header_in(const json& body)
{
    const auto name = rootfs::RecordName::parse(text_member(body, "record", 256));
    if (!name || name->type != "boot")
        return std::nullopt;
    const auto number = body.find("number");
    return rootfs::RecordHeader{
        *name, number != body.end() && number->is_number_unsigned() ? number->get<std::uint64_t>() : 0};
}

awaitable<Response> post_boot_token(const Context& context, const Request& request)
{
    const auto body = json::parse(request.body, nullptr, false);
    const auto header = header_in(body);
    if (!header)
        co_return http::error(400, "json-malformed",
                              "A boot token is asked for with {\"record\": \"boot/…\", \"number\": …}.", "record");
    const auto session = co_await asking_pc(context, request);
    if (!session)
        co_return pc_unknown();
    const auto token = fresh_secret();
    const auto now = context.now();
    const auto stages = catalog::stages_of(body.value("stages", json()));
    const auto pc = co_await context.database.write([&](Connection& connection) -> Result<catalog::Pc> {
        catalog::make_boot_token(connection, token, *session, header->name, now);
        if (session->kind == PcSessionKind::preboot) { // a system goes on until it ends by itself
            catalog::choose_pc_boot(connection, session->pc, *header);
            catalog::tell_pc_stages(connection, session->pc, false, stages);
            catalog::set_pc_state(connection, session->pc, PcState::booting, now);
        }
        auto known = catalog::find_pc(connection, session->pc);
        if (!known)
            return fail("not-found", "There is no PC {}.", session->pc);
        return std::move(*known);
    });
    if (!pc)
        co_return pc_unknown();
    const auto snapshot = co_await context.snapshots.current();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(catalog::boot_token_life).count();
    co_return http::json(200, {{"token", token},
                               {"seconds", seconds},
                               {"settings", settings_json(*snapshot, *pc, known_pc(pc->facts, session->enrolled))}});
}

/// A system that another one has started, without a preboot system in between, begins a start of its own.
Result<catalog::Pc> begin_system(Connection& connection, const std::string& token, const rootfs::RecordHeader& header,
                                 const std::string& secret, std::chrono::sys_seconds now)
{
    auto pc = catalog::use_boot_token(connection, token, header.name, secret, now);
    if (!pc || pc->state == PcState::booting || pc->state == PcState::preboot)
        return pc;
    catalog::end_pc_boot(connection, pc->id, "reboot", now);
    catalog::begin_pc_boot(connection, pc->id, "", pc->state, {}, now);
    catalog::choose_pc_boot(connection, pc->id, header);
    catalog::set_pc_state(connection, pc->id, PcState::booting, now);
    return pc;
}

awaitable<Response> post_system(const Context& context, const Request& request)
{
    const auto body = json::parse(request.body, nullptr, false);
    const auto token = text_member(body, "token", 128);
    const auto header = header_in(body);
    if (token.empty() || !header)
        co_return http::error(400, "json-malformed", "A system begins with {\"token\": \"…\", \"record\": \"boot/…\"}.",
                              "token");
    const auto secret = fresh_secret();
    const auto now = context.now();
    const auto pc = co_await context.database.write(
        [&](Connection& connection) { return begin_system(connection, token, *header, secret, now); });
    if (!pc)
        co_return http::error(403, pc.error(), "token");
    request.who = fmt::format("pc:{}", pc->id);
    co_return http::json(
        200,
        {{"session", secret}, {"pc", {{"id", pc->id}, {"name", pc->name}}}, {"again", context.report_every.count()}});
}

awaitable<Response> post_job(const Context& context, const Request& request)
{
    const auto session = co_await asking_pc(context, request);
    if (!session)
        co_return pc_unknown();
    const auto briefing = co_await context.database.read(
        [&](Connection& connection) { return catalog::job_briefing(connection, *session); });
    if (!briefing)
        co_return http::error(404, "not-found", "No job has started this system.");
    co_return http::json(200,
                         {{"job", briefing->job},
                          {"parameters", briefing->parameters.empty() ? json::object() : json(briefing->parameters)}});
}

} // namespace

void add_pc_routes(http::Router& router, const Context& context)
{
    const auto add = [&](const char* path, auto handler) {
        router.add(
            Method::post, path, [&context, handler](const Request& request) { return handler(context, request); },
            max_hello);
    };
    add("/api/v1/pc/hello", post_hello);
    add("/api/v1/pc/report", post_report);
    add("/api/v1/pc/boot-token", post_boot_token);
    add("/api/v1/pc/system", post_system);
    add("/api/v1/pc/job", post_job);
}

} // namespace farboot::server::api
