#include "server/api/question.hpp"
#include "server/api/resource.hpp"

#include "server/catalog/hardware_classes.hpp"
#include "server/catalog/locations.hpp"
#include "server/catalog/rules.hpp"
#include "server/rules/why.hpp"

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

awaitable<Response> explain(const Context& context, const Request& request)
{
    auto question = question_of_admin(request, context.now());
    if (!question)
        co_return question.error();
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
