#include "server/api/question.hpp"
#include "server/api/resource.hpp"

#include "server/catalog/hardware_classes.hpp"
#include "server/catalog/locations.hpp"
#include "server/catalog/pcs.hpp"
#include "server/catalog/rules.hpp"
#include "server/rules/why.hpp"

#include <charconv>

namespace farboot::server::api
{

using boost::asio::awaitable;
using http::Method;
using http::Request;
using http::Response;

namespace
{

struct Locations {
    using Thing = rules::Location;
    static constexpr const char* path = "locations";
    static constexpr const char* member = "locations";
    static constexpr const char* noun = "location";
    static constexpr const char* code = "location";
    static constexpr auto list = catalog::list_locations;
    static constexpr auto find = catalog::find_location;
    static constexpr auto create = catalog::create_location;
    static constexpr auto update = catalog::update_location;
    static constexpr auto remove = catalog::remove_location;
};

struct HardwareClasses {
    using Thing = rules::HardwareClass;
    static constexpr const char* path = "hardware-classes";
    static constexpr const char* member = "hardware_classes";
    static constexpr const char* noun = "hardware class";
    static constexpr const char* code = "hardware";
    static constexpr auto list = catalog::list_hardware;
    static constexpr auto find = catalog::find_hardware;
    static constexpr auto create = catalog::create_hardware;
    static constexpr auto update = catalog::update_hardware;
    static constexpr auto remove = catalog::remove_hardware;
};

struct Rules {
    using Thing = rules::Rule;
    static constexpr const char* path = "rules";
    static constexpr const char* member = "rules";
    static constexpr const char* noun = "rule";
    static constexpr const char* code = "rule";
    static constexpr auto list = catalog::list_rules;
    static constexpr auto find = catalog::find_rule;
    static constexpr auto create = catalog::create_rule;
    static constexpr auto update = catalog::update_rule;
    static constexpr auto remove = catalog::remove_rule;
};

awaitable<Response> order(const Context& context, const Request& request)
{
    const auto ids = order_of(request);
    if (!ids)
        co_return ids.error();
    const auto done = co_await context.database.write(
        [&](catalog::Connection& connection) { return catalog::order_rules(connection, *ids); });
    if (!done)
        co_return refused(done.error());
    co_return http::no_content();
}

/// Puts into the question what is known of the PC that the admin means; the answer for one that there is not.
awaitable<std::optional<Response>> ask_for_pc(const Context& context, const Request& request, rules::Question& question)
{
    const auto text = *request.target.parameter("pc");
    std::int64_t id = 0;
    std::from_chars(text.data(), text.data() + text.size(), id);
    const auto pc = co_await context.database.read(
        [id](catalog::Connection& connection) { return catalog::find_pc(connection, id); });
    if (!pc)
        co_return http::error(404, "not-found", fmt::format("There is no PC {}.", text), "pc");
    if (!question.pc.address)
        question.pc.address = address_of(pc->facts.address);
    question.pc.mac = pc->facts.mac;
    question.pc.uuid = pc->facts.uuid;
    question.pc.hardware = pc->facts.hardware;
    question.pc.enrolled = !pc->key.empty();
    co_return std::nullopt;
}

awaitable<Response> explain(const Context& context, const Request& request)
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
    answer["revision"] = snapshot->revision;
    co_return http::json(200, answer);
}

} // namespace

void add_rule_routes(http::Router& router, const Context& context)
{
    router.add(Method::put, "/api/v1/rules/order",
               for_admins(context, [&context](const Request& r, const Principal&) { return order(context, r); }),
               max_json);
    Resource<Locations>::add_routes(router, context);
    Resource<HardwareClasses>::add_routes(router, context);
    Resource<Rules>::add_routes(router, context);
    router.add(Method::get, "/api/v1/explain",
               for_admins(context, [&context](const Request& r, const Principal&) { return explain(context, r); }));
}

} // namespace farboot::server::api
