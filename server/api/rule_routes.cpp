#include "server/api/question.hpp"
#include "server/api/resource.hpp"

#include "rootfs/base/number.hpp"
#include "server/catalog/hardware_classes.hpp"
#include "server/catalog/pcs.hpp"
#include "server/catalog/rules.hpp"
#include "server/rules/why.hpp"

#include <set>

namespace farboot::server::api
{

using boost::asio::awaitable;
using http::Method;
using http::Request;
using http::Response;

namespace
{

struct HardwareClasses {
    using Thing = rules::HardwareClass;
    static constexpr const char* path = "hardware-classes";
    static constexpr const char* member = "hardware_classes";
    static constexpr const char* noun = "hardware class";
    static constexpr const char* code = "hardware";
    static constexpr auto read_right = Right::read_catalog;
    static constexpr auto edit_right = Right::edit_rules;
    static constexpr bool everything_only = false;
    static constexpr auto list = catalog::list_hardware;
    static constexpr auto find = catalog::find_hardware;
    static constexpr auto create = catalog::create_hardware;
    static constexpr auto update = catalog::update_hardware;
    static constexpr auto remove = catalog::remove_hardware;

    /// Rules of all places may name it.
    static Result<void> check(catalog::Connection&, const Principal& principal, const Thing*, const Thing*)
    {
        return principal.need(edit_right);
    }
    static std::vector<Thing> readable(catalog::Connection&, const Principal&, std::vector<Thing> things)
    {
        return things;
    }
};

struct Rules {
    using Thing = rules::Rule;
    static constexpr const char* path = "rules";
    static constexpr const char* member = "rules";
    static constexpr const char* noun = "rule";
    static constexpr const char* code = "rule";
    static constexpr auto read_right = Right::read_catalog;
    static constexpr auto edit_right = Right::edit_rules;
    static constexpr bool everything_only = false;
    static constexpr auto list = catalog::list_rules;
    static constexpr auto find = catalog::find_rule;
    static constexpr auto create = catalog::create_rule;
    static constexpr auto update = catalog::update_rule;
    static constexpr auto remove = catalog::remove_rule;

    static Result<void> check(catalog::Connection& connection, const Principal& principal, const Thing* before,
                              const Thing* after)
    {
        for (const auto* rule : {before, after})
            if (rule)
                if (auto may = principal.need_at(connection, edit_right, rule->location); !may)
                    return may;
        return {};
    }
    static std::vector<Thing> readable(catalog::Connection& connection, const Principal& principal,
                                       std::vector<Thing> things)
    {
        std::erase_if(things,
                      [&](const Thing& rule) { return !principal.may_at(connection, read_right, rule.location); });
        return things;
    }
};

/// Whoever may change some places' rules only may move these among the others, but not the others among each other.
Result<void> check_order(catalog::Connection& connection, const Principal& principal,
                         const std::vector<rules::Rule>& before, const std::vector<std::int64_t>& after)
{
    if (principal.may(Right::edit_rules))
        return {};
    std::vector<std::int64_t> others;
    for (const auto& rule : before)
        if (!principal.may_at(connection, Right::edit_rules, rule.location))
            others.push_back(rule.id);
    const std::set<std::int64_t> fixed(others.begin(), others.end());
    auto moved = after;
    std::erase_if(moved, [&](std::int64_t id) { return !fixed.contains(id); });
    return moved == others ? Result<void>() : principal.need(Right::edit_rules);
}

awaitable<Response> order(const Context& context, const Request& request, const Principal& principal)
{
    const auto ids = order_of(request);
    if (!ids)
        co_return ids.error();
    const auto done = co_await context.database.write([&](catalog::Connection& connection) -> Result<void> {
        const auto rules = catalog::list_rules(connection);
        if (auto may = check_order(connection, principal, rules, *ids); !may)
            return may;
        auto ordered = catalog::order_rules(connection, *ids);
        if (ordered)
            log_order(connection, principal.author, "rule:", rules, *ids);
        return ordered;
    });
    if (!done)
        co_return refused(done.error());
    co_return http::no_content();
}

/// Puts into the question what is known of the PC that the admin means; the answer for one that there is not.
awaitable<std::optional<Response>> ask_for_pc(const Context& context, const Request& request, rules::Question& question)
{
    const auto text = *request.target.parameter("pc");
    const auto id = rootfs::to_number<std::int64_t>(text).value_or(0);
    const auto pc = co_await context.database.read(
        [id](catalog::Connection& connection) { return catalog::find_pc(connection, id); });
    if (!pc)
        co_return http::error(404, "not-found", fmt::format("There is no PC {}.", text), "pc");
    const auto given = question.pc.address;
    question.pc = known_pc(pc->facts, !pc->key.empty());
    if (given)
        question.pc.address = given;
    co_return std::nullopt;
}

/// The locations of the PC that an explanation is about.
std::vector<std::int64_t> places_of(const nlohmann::json& explanation)
{
    std::vector<std::int64_t> ids;
    for (const auto& location : explanation["place"]["path"])
        ids.push_back(location["id"]);
    return ids;
}

/// Answers also about rules of other places: what decides at a place may be any of them.
awaitable<Response> explain(const Context& context, const Request& request, const Principal& principal)
{
    auto question = question_of_admin(request, context.now());
    if (!question)
        co_return question.error();
    if (!request.target.parameter("pc").value_or("").empty())
        if (auto unknown = co_await ask_for_pc(context, request, *question))
            co_return std::move(*unknown);
    question->pc.audiences = context.audiences.of(question->pc.address);
    const auto snapshot = co_await context.snapshots.current();
    auto answer = rules::explanation(*snapshot->rules, *question);
    if (!principal.may_at(Right::read_catalog, places_of(answer)))
        co_return http::error(403, right_missing(Right::read_catalog, "where this PC is"));
    answer["revision"] = snapshot->revision;
    co_return http::json(200, answer);
}

} // namespace

void add_rule_routes(http::Router& router, const Context& context)
{
    router.add(Method::put, "/api/v1/rules/order",
               for_users_with_some(context, Right::edit_rules,
                                   [&context](const Request& r, const Principal& p) { return order(context, r, p); }),
               max_json);
    Resource<HardwareClasses>::add_routes(router, context);
    Resource<Rules>::add_routes(router, context);
    router.add(Method::get, "/api/v1/explain",
               for_users_with_some(context, Right::read_catalog, [&context](const Request& r, const Principal& p) {
                   return explain(context, r, p);
               }));
}

} // namespace farboot::server::api
