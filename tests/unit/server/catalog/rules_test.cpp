#include "server/catalog/rules.hpp"

#include "server/catalog/entries.hpp"
#include "server/catalog/hardware_classes.hpp"
#include "server/catalog/locations.hpp"
#include "server/catalog/snapshot.hpp"
#include "server/catalog/zones.hpp"
#include "server/rules/why.hpp"
#include "tests/unit/server/catalog/catalog_fixture.hpp"

#include <nlohmann/json.hpp>

using namespace farboot;
using namespace farboot::catalog;
using nlohmann::json;
using rules::HardwareClass;
using rules::Location;
using rules::Rule;

namespace
{

template <class Thing>
Thing parsed(json value)
{
    if (!value.contains("name"))
        value["name"] = {{"en", "' \" ; -- ü"}};
    auto thing = Thing::parse(value.dump());
    if (!thing)
        throw std::invalid_argument(thing.error().sentence);
    return *thing;
}

class RulesTest : public test::CatalogTest
{
protected:
    void SetUp() override
    {
        CatalogTest::SetUp();
        if (IsSkipped())
            return;
        Entry entry;
        entry.kind = "system";
        entry.record = {"boot", "debian"};
        entry.title = {"", "Debian"};
        entry.icon = "desktop";
        entry_ = change([&](Connection& connection) { return create_entry(connection, entry); })->id;
        location_ = change([&](Connection& connection) {
                        return create_location(connection, parsed<Location>({{"subnets", {"10.0.0.0/8"}}}));
                    })->id;
        hardware_ = change([&](Connection& connection) {
                        return create_hardware(connection, parsed<HardwareClass>({{"vendor", "Dell*"}}));
                    })->id;
    }
    Result<Rule> create(const json& value)
    {
        return change([&](Connection& connection) { return create_rule(connection, parsed<Rule>(value)); });
    }
    Result<Rule> update(std::int64_t id, const json& value, const std::string& if_match = "*")
    {
        return change(
            [&](Connection& connection) { return update_rule(connection, id, if_match, parsed<Rule>(value)); });
    }
    Result<void> remove(std::int64_t id, const std::string& if_match = "*")
    {
        return change([&](Connection& connection) { return remove_rule(connection, id, if_match); });
    }
    [[nodiscard]] json whole() const
    {
        return {{"location", location_},
                {"hardware", {hardware_}},
                {"users", {"anna"}},
                {"groups", {"ä"}},
                {"time", {{"zone", "Europe/Berlin"}, {"dates", {{"from", "2026-01-01"}}}}},
                {"exam", true},
                {"only", {entry_}},
                {"default", entry_},
                {"auto", {{"id", entry_}, {"seconds", 5}}}};
    }

    std::int64_t entry_ = 0;
    std::int64_t location_ = 0;
    std::int64_t hardware_ = 0;
};
FARBOOT_ON_EACH_DATABASE(RulesTest);

} // namespace

TEST_P(RulesTest, WhatWasWrittenIsReadBack)
{
    const auto before = revision(connection());
    const auto made = create(whole());
    ASSERT_TRUE(made) << made.error().sentence;
    EXPECT_GT(made->id, 0);
    EXPECT_EQ(made->position, 1);
    EXPECT_EQ(find_rule(connection(), made->id), *made);
    EXPECT_EQ(list_rules(connection()), (std::vector{*made}));
    EXPECT_GT(revision(connection()), before);
    const auto changed = update(made->id, {{"hide", {entry_}}}, made->etag());
    ASSERT_TRUE(changed);
    EXPECT_EQ(find_rule(connection(), made->id), *changed);
    EXPECT_EQ(update(made->id, whole(), made->etag()).error().reason, "changed-meanwhile");
    EXPECT_EQ(remove(made->id, made->etag()).error().reason, "changed-meanwhile");
    EXPECT_TRUE(remove(made->id, changed->etag()));
    EXPECT_EQ(remove(made->id).error().reason, "not-found");
    EXPECT_GT(create(whole())->id, made->id);
}

TEST_P(RulesTest, WhatARuleNamesMustBeThere)
{
    const auto made = create(whole());
    for (const auto& [member, wrong, reason] : std::vector<std::tuple<const char*, json, const char*>>{
             {"location", location_ + 1, "location-unknown"},
             {"hardware", {hardware_, hardware_ + 1}, "hardware-unknown"},
             {"only", {entry_, entry_ + 1}, "entry-unknown"},
             {"time", {{"zone", "Europe/Atlantis"}, {"dates", {{"from", "2026-01-01"}}}}, "zone-unknown"}}) {
        auto value = whole();
        value[member] = wrong;
        EXPECT_EQ(create(value).error().reason, reason);
        EXPECT_EQ(update(made->id, value).error().reason, reason);
    }
    EXPECT_EQ(create({{"default", entry_ + 1}}).error().reason, "entry-unknown");
    EXPECT_EQ(create({{"auto", {{"id", entry_ + 1}, {"seconds", 1}}}}).error().reason, "entry-unknown");
    EXPECT_EQ(list_rules(connection()), (std::vector{*made}));
}

TEST_P(RulesTest, WhatARuleNamesStays)
{
    const auto rule = create(whole())->id;
    const auto use = [&](auto remove_it, std::int64_t id) {
        const auto done = change([&](Connection& connection) { return remove_it(connection, id, "*"); });
        return done ? std::string("removed") : done.error().reason;
    };
    EXPECT_EQ(use(remove_entry, entry_), "in-use");
    EXPECT_EQ(use(remove_location, location_), "in-use");
    EXPECT_EQ(use(remove_hardware, hardware_), "in-use");
    ASSERT_TRUE(update(rule, {{"auto", {{"id", nullptr}}}}));
    EXPECT_EQ(use(remove_entry, entry_), "removed");
    EXPECT_EQ(use(remove_location, location_), "removed");
    EXPECT_EQ(use(remove_hardware, hardware_), "removed");
}

TEST_P(RulesTest, AreOrdered)
{
    const auto a = create({{"hide", {entry_}}})->id;
    const auto b = create({{"show", {entry_}}})->id;
    const auto order = [&](std::vector<std::int64_t> ids) {
        return change([&](Connection& connection) { return order_rules(connection, ids); });
    };
    EXPECT_TRUE(order({b, a}));
    EXPECT_EQ(list_rules(connection()).front().id, b);
    for (const auto& bad : {std::vector<std::int64_t>{}, {a}, {a, a}, {a, b, b + 1}})
        EXPECT_EQ(order(bad).error().reason, "order-outdated");
    EXPECT_EQ(create({{"hide", {entry_}}})->position, 3);
}

TEST_P(RulesTest, ASnapshotHasThemAll)
{
    const auto rule = create(whole());
    ASSERT_TRUE(rule);
    const auto snapshot = Snapshot::load(connection());
    const auto& catalog = snapshot.rules->catalog();
    EXPECT_EQ(catalog.rules, (std::vector{*rule}));
    EXPECT_EQ(catalog.locations.size(), 1U);
    EXPECT_EQ(catalog.classes.size(), 1U);
    EXPECT_TRUE(catalog.zones.contains("Europe/Berlin"));
    EXPECT_EQ(catalog.items.front().title.en, "Debian");
    EXPECT_FALSE(catalog.items.front().published);
    rules::Question question;
    question.pc.address = server::Address::parse("10.1.2.3");
    question.pc.hardware.vendor = "Dell Inc.";
    question.user = {"anna", {"ä"}};
    question.time = rules::parse_time("2026-06-01T12:00:00Z").value();
    EXPECT_EQ(snapshot.rules->decide(question).holding.size(), 1U);
}

TEST_P(RulesTest, AHardwareClassIsChangedByWhoSawIt)
{
    const auto old = find_hardware(connection(), hardware_);
    ASSERT_TRUE(old);
    const auto changed = change([&](Connection& connection) {
        return update_hardware(connection, hardware_, old->etag(), parsed<HardwareClass>({{"product", "x"}}));
    });
    ASSERT_TRUE(changed);
    EXPECT_EQ(list_hardware(connection()), (std::vector{*changed}));
    EXPECT_EQ(change([&](Connection& connection) { return remove_hardware(connection, hardware_, old->etag()); })
                  .error()
                  .reason,
              "changed-meanwhile");
}

TEST(Zones, ComeFromTheSystem)
{
    const auto berlin = find_zone("Europe/Berlin");
    ASSERT_TRUE(berlin);
    const auto shown = [&](const char* time) {
        return rules::time_text(
            std::chrono::sys_seconds(berlin->local(rules::parse_time(time).value()).time_since_epoch()));
    };
    EXPECT_EQ(shown("2000-01-01T00:00:00Z"), "2000-01-01T01:00:00Z");
    EXPECT_EQ(shown("2026-03-29T00:59:59Z"), "2026-03-29T01:59:59Z");
    EXPECT_EQ(shown("2026-03-29T01:00:00Z"), "2026-03-29T03:00:00Z");
    EXPECT_EQ(shown("2026-10-25T01:00:00Z"), "2026-10-25T02:00:00Z");
    EXPECT_EQ(shown("2098-07-01T12:00:00Z"), "2098-07-01T14:00:00Z"); // behind the table, by the zone's rule
    const auto utc = find_zone("UTC");
    ASSERT_TRUE(utc);
    EXPECT_EQ(utc->local(rules::parse_time("2050-01-01T00:00:00Z").value()).time_since_epoch(),
              rules::parse_time("2050-01-01T00:00:00Z").value().time_since_epoch());
    for (const char* none : {"", "Europe/Atlantis", "../../etc/passwd", "/etc/localtime", "europe berlin"})
        EXPECT_FALSE(find_zone(none)) << none;
}
