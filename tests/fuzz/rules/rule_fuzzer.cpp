#include "server/rules/why.hpp"
#include "tests/fuzz/rules/round_trip.hpp"

using namespace farboot::rules;

namespace
{

/// Europe/Berlin, more or less: the clock changes twice a year.
Zone clock()
{
    std::vector<Zone::Step> steps;
    for (int year = first_year; year <= last_year; ++year)
        for (const char* day : {"03-29T01:00:00Z", "10-25T01:00:00Z"})
            steps.push_back({*parse_time(fmt::format("{}-{}", year, day)), std::chrono::hours(*day == '0' ? 2 : 1)});
    return Zone(std::chrono::hours(1), std::move(steps));
}

/// What the rule names is made up, so that it can be asked.
Catalog catalog_with(const Rule& rule)
{
    static const Zone zone = clock();
    Catalog catalog;
    for (const auto id : rule.entries())
        catalog.items.push_back({.id = id,
                                 .kind = id % 2 ? Kind::system : Kind::vm,
                                 .published = true,
                                 .visible = id % 3 != 0,
                                 .auto_seconds = std::nullopt,
                                 .title = {"", "entry"}});
    for (const auto id : rule.hardware)
        catalog.classes.push_back({.id = id,
                                   .name = {},
                                   .vendor = "*",
                                   .product = {},
                                   .memory_min = {},
                                   .memory_max = {},
                                   .cpu_flags = {},
                                   .version = 1});
    if (rule.location)
        catalog.locations.push_back({.id = *rule.location,
                                     .parent = {},
                                     .name = {},
                                     .subnets = {*farboot::server::Subnet::parse("0.0.0.0/0")},
                                     .macs = {},
                                     .uuids = {},
                                     .version = 1});
    if (rule.time)
        catalog.zones.emplace(rule.time->zone, zone);
    catalog.rules = {rule};
    return catalog;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto rule = parsed<Rule>(data, size);
    if (!rule)
        return 0;
    const auto index = Index::build(catalog_with(*rule));
    if (!index)
        std::abort();
    Question question;
    question.pc.address = farboot::server::Address::parse("10.1.2.3");
    question.pc.hardware.vendor = "vendor";
    if (!rule->users.empty())
        question.user.name = rule->users.front();
    question.user.groups = rule->groups;
    for (const char* time : {"2026-03-29T00:30:00Z", "2026-10-25T00:30:00Z", "2040-02-29T12:00:00Z"}) {
        question.time = *parse_time(time);
        for (const auto kind : {Kind::system, Kind::vm}) {
            question.kind = kind;
            const auto decision = index->decide(question);
            if (decision.automatic && decision.automatic->kind != kind)
                std::abort();
            if (explanation(*index, question).dump().empty())
                std::abort();
        }
    }
    return 0;
}
