#include "tests/unit/server/rules/catalog_of.hpp"

#include <gtest/gtest.h>

using namespace farboot;
using namespace farboot::rules;
using test::CatalogOf;
using test::utc;
using Ids = std::vector<std::int64_t>;

namespace
{

/// A campus with a building, a room and a seat; entries 1 to 3 are visible systems, 4 a hidden one, 7 and 8 virtual
/// machines.
CatalogOf campus()
{
    return CatalogOf()
        .system(1)
        .system(2)
        .system(3)
        .system(4, false)
        .vm(7)
        .vm(8)
        .location(10, R"({"subnets": ["10.0.0.0/8"]})")
        .location(20, R"({"parent": 10, "subnets": ["10.1.0.0/16"]})")
        .location(30, R"({"parent": 20, "subnets": ["10.1.2.0/24"]})")
        .location(40, R"({"parent": 30, "macs": ["52:54:00:00:00:01"]})");
}

Question at(const char* address, std::string_view time = "2026-06-01T10:00:00Z")
{
    Question question;
    question.pc.address = server::Address::parse(address);
    question.time = utc(time);
    return question;
}

Question at_seat()
{
    auto question = at("10.1.2.3");
    question.pc.mac = Mac::parse("52:54:00:00:00:01");
    return question;
}

Question of_user(std::string name, std::vector<std::string> groups = {})
{
    auto question = at("10.1.2.3");
    question.user = {std::move(name), std::move(groups)};
    return question;
}

Ids shown(const CatalogOf& catalog, const Question& question)
{
    const auto index = catalog.build();
    Ids ids;
    for (const auto& verdict : index.decide(question).verdicts)
        if (verdict.shown)
            ids.push_back(verdict.item->id);
    return ids;
}

/// "id after seconds", or "nothing".
std::string automatic(const CatalogOf& catalog, const Question& question)
{
    const auto index = catalog.build();
    const auto decision = index.decide(question);
    return decision.automatic ? fmt::format("{} after {}", decision.automatic->id, decision.seconds) : "nothing";
}

std::int64_t preselect(const CatalogOf& catalog, const Question& question)
{
    const auto index = catalog.build();
    const auto decision = index.decide(question);
    return decision.preselect ? decision.preselect->id : 0;
}

const char* const exam = R"({"exam": true, "location": 30, "only": [4, 7],
    "time": {"zone": "Europe/Berlin", "once": [{"from": "2026-02-10T08:30", "to": "2026-02-10T12:00"}]}})";
constexpr std::string_view in_exam = "2026-02-10T09:00:00Z";

} // namespace

TEST(Decide, WithoutRulesEntriesSayThemselves)
{
    EXPECT_EQ(shown(campus(), at("10.1.2.3")), (Ids{1, 2, 3}));
    EXPECT_EQ(shown(campus(), {}), (Ids{1, 2, 3})); // a PC that nothing is known of
    EXPECT_EQ(shown(campus().unpublished(9), at("10.1.2.3")), (Ids{1, 2, 3}));
    auto session = at("10.1.2.3");
    session.kind = Kind::vm;
    EXPECT_EQ(shown(campus(), session), (Ids{7, 8}));
}

TEST(Decide, RulesShowHideAndRestrict)
{
    EXPECT_EQ(shown(campus().rule(1, R"({"show": [4]})"), at("10.1.2.3")), (Ids{1, 2, 3, 4}));
    EXPECT_EQ(shown(campus().rule(1, R"({"hide": [1, 3]})"), at("10.1.2.3")), (Ids{2}));
    EXPECT_EQ(shown(campus().rule(1, R"({"only": [4]})"), at("10.1.2.3")), (Ids{4}));
    EXPECT_EQ(shown(campus().rule(1, R"({"only": []})"), at("10.1.2.3")), Ids());
    EXPECT_EQ(shown(campus().unpublished(9).rule(1, R"({"show": [9]})"), at("10.1.2.3")), (Ids{1, 2, 3}));
    EXPECT_EQ(shown(campus().rule(1, R"({"enabled": false, "only": []})"), at("10.1.2.3")), (Ids{1, 2, 3}));
    auto session = at("10.1.2.3");
    session.kind = Kind::vm;
    EXPECT_EQ(shown(campus().rule(1, R"({"only": [4]})"), session), Ids()); // "only" is about both menus
}

TEST(Decide, ARuleHoldsInItsLocationAndBelow)
{
    const auto catalog = campus().rule(1, R"({"location": 20, "only": [1]})");
    EXPECT_EQ(shown(catalog, at("10.1.9.9")), (Ids{1}));
    EXPECT_EQ(shown(catalog, at("10.1.2.3")), (Ids{1}));
    EXPECT_EQ(shown(catalog, at_seat()), (Ids{1}));
    EXPECT_EQ(shown(catalog, at("10.2.0.1")), (Ids{1, 2, 3})); // above it
    EXPECT_EQ(shown(catalog, at("192.168.0.1")), (Ids{1, 2, 3}));
}

TEST(Decide, TheCloserLocationWinsWhateverTheOrder)
{
    for (const bool reversed : {false, true}) {
        auto catalog = campus()
                           .rule(1, R"({"hide": [1, 2, 3]})")
                           .rule(2, R"({"location": 10, "show": [1, 2]})")
                           .rule(3, R"({"location": 30, "hide": [1], "show": [4]})");
        if (reversed)
            for (auto& rule : catalog.catalog_.rules)
                rule.position = 10 - rule.position;
        EXPECT_EQ(shown(catalog, at("10.1.2.3")), (Ids{2, 4}));
        EXPECT_EQ(shown(catalog, at_seat()), (Ids{2, 4}));
        EXPECT_EQ(shown(catalog, at("10.1.3.3")), (Ids{1, 2}));
        EXPECT_EQ(shown(catalog, at("192.168.0.1")), Ids());
    }
}

TEST(Decide, InOneLocationTheOrderDecides)
{
    auto catalog = campus().rule(5, R"({"location": 30, "hide": [1]})").rule(6, R"({"location": 30, "show": [1, 4]})");
    EXPECT_EQ(shown(catalog, at("10.1.2.3")), (Ids{2, 3, 4}));
    std::swap(catalog.catalog_.rules[0].position, catalog.catalog_.rules[1].position);
    EXPECT_EQ(shown(catalog, at("10.1.2.3")), (Ids{1, 2, 3, 4}));
}

TEST(Decide, OnlyLeavesNothingToFartherRules)
{
    const auto catalog =
        campus().rule(1, R"({"location": 30, "only": [2]})").rule(2, R"({"location": 10, "show": [4]})");
    EXPECT_EQ(shown(catalog, at("10.1.2.3")), (Ids{2}));
    const auto closer =
        campus().rule(1, R"({"location": 30, "only": [2]})").rule(2, R"({"location": 40, "show": [4]})");
    EXPECT_EQ(shown(closer, at_seat()), (Ids{2, 4}));
    EXPECT_EQ(shown(closer, at("10.1.2.3")), (Ids{2}));
}

TEST(Decide, AnExamGoesBeforeEverything)
{
    const auto catalog = campus()
                             .rule(1, R"({"location": 40, "show": [1], "auto": {"id": 1, "seconds": 5}})")
                             .rule(2, R"({"show": [2]})")
                             .rule(3, exam);
    auto seat = at_seat();
    EXPECT_EQ(shown(catalog, seat), (Ids{1, 2, 3}));
    EXPECT_EQ(automatic(catalog, seat), "1 after 5");
    seat.time = utc(in_exam);
    EXPECT_EQ(shown(catalog, seat), (Ids{4}));
    EXPECT_EQ(automatic(catalog, seat), "nothing"); // what would boot is not allowed
    seat.kind = Kind::vm;
    EXPECT_EQ(shown(catalog, seat), (Ids{7}));
    EXPECT_EQ(shown(catalog, at("10.1.3.3", in_exam)), (Ids{1, 2, 3})); // the room next door
    seat.time = utc("2026-02-10T11:00:00Z");
    EXPECT_EQ(shown(catalog, seat), (Ids{7, 8}));
}

TEST(Decide, OfTwoExamsTheCloserOneCounts)
{
    const auto catalog = campus().rule(1, exam).rule(
        2,
        R"({"exam": true, "location": 10, "only": [1, 2], "time": {"zone": "Europe/Berlin", "dates": {"from": "2026-02-10"}}})");
    EXPECT_EQ(shown(catalog, at("10.1.2.3", in_exam)), (Ids{4}));
    EXPECT_EQ(shown(catalog, at("10.1.3.3", in_exam)), (Ids{1, 2}));
}

TEST(Decide, UsersAndGroups)
{
    const auto user = campus().rule(1, R"({"users": ["anna", "Bob"], "only": [4]})");
    EXPECT_EQ(shown(user, of_user("anna")), (Ids{4}));
    EXPECT_EQ(shown(user, of_user("Bob")), (Ids{4}));
    for (const char* other : {"", "bob", "anna ", "eve"})
        EXPECT_EQ(shown(user, of_user(other)), (Ids{1, 2, 3})) << other;
    const auto group = campus().rule(1, R"({"groups": ["staff", "tutors"], "only": [4]})");
    EXPECT_EQ(shown(group, of_user("eve", {"students", "tutors"})), (Ids{4}));
    EXPECT_EQ(shown(group, of_user("staff", {"students"})), (Ids{1, 2, 3}));
    EXPECT_EQ(shown(group, of_user("eve")), (Ids{1, 2, 3}));
    const auto both = campus().rule(1, R"({"users": ["anna"], "groups": ["staff"], "only": [4]})");
    EXPECT_EQ(shown(both, of_user("anna", {"staff"})), (Ids{4}));
    EXPECT_EQ(shown(both, of_user("anna", {"students"})), (Ids{1, 2, 3}));
    EXPECT_EQ(shown(both, of_user("eve", {"staff"})), (Ids{1, 2, 3}));
}

TEST(Decide, HardwareIsOneOfTheClasses)
{
    const auto catalog = campus()
                             .hardware(1, R"({"vendor": "Dell*"})")
                             .hardware(2, R"({"memory_mib": {"min": 30000}})")
                             .rule(1, R"({"hardware": [1, 2], "only": [4]})");
    auto question = at("10.1.2.3");
    EXPECT_EQ(shown(catalog, question), (Ids{1, 2, 3})); // says nothing of itself
    question.pc.hardware.vendor = "Dell Inc.";
    EXPECT_EQ(shown(catalog, question), (Ids{4}));
    question.pc.hardware = {.vendor = "LENOVO", .product = "", .memory_mib = 31'000, .cpu_flags = {}};
    EXPECT_EQ(shown(catalog, question), (Ids{4}));
    question.pc.hardware.memory_mib = 29'999;
    EXPECT_EQ(shown(catalog, question), (Ids{1, 2, 3}));
}

TEST(Decide, ARuleWithoutItsTimeZoneNeverHolds)
{
    auto catalog =
        campus().rule(1, R"({"only": [], "time": {"zone": "Mars/Olympus", "dates": {"from": "2000-01-01"}}})");
    EXPECT_EQ(shown(catalog, at("10.1.2.3")), (Ids{1, 2, 3}));
    catalog.catalog_.zones.emplace("Mars/Olympus", Zone());
    EXPECT_EQ(shown(catalog, at("10.1.2.3")), Ids());
}

TEST(Decide, WhatBootsByItself)
{
    auto catalog = campus().system(5, true, 30);
    EXPECT_EQ(automatic(catalog, at("10.1.2.3")), "5 after 30");
    EXPECT_EQ(automatic(campus().system(5, false, 30), at("10.1.2.3")), "nothing");
    EXPECT_EQ(automatic(campus().system(5, false, 30).rule(1, R"({"show": [5]})"), at("10.1.2.3")), "5 after 30");
    catalog.rule(1, R"({"auto": {"id": 1, "seconds": 10}})");
    EXPECT_EQ(automatic(catalog, at("10.1.2.3")), "1 after 10");
    catalog.rule(2, R"({"location": 30, "auto": {"id": 2, "seconds": 0}})");
    EXPECT_EQ(automatic(catalog, at("10.1.2.3")), "2 after 0");
    EXPECT_EQ(automatic(catalog, at("10.1.3.3")), "1 after 10");
    catalog.rule(3, R"({"location": 40, "auto": {"id": null}})");
    EXPECT_EQ(automatic(catalog, at_seat()), "nothing");
    catalog.rule(4, R"({"hide": [1, 2]})");
    EXPECT_EQ(automatic(catalog, at("10.1.2.3")), "5 after 30"); // both are passed over
}

TEST(Decide, WhatBootsIsOfTheMenusKind)
{
    auto catalog = campus().system(5, true, 30).rule(1, R"({"auto": {"id": 7, "seconds": 3}})");
    auto session = at("10.1.2.3");
    EXPECT_EQ(automatic(catalog, session), "5 after 30");
    session.kind = Kind::vm;
    EXPECT_EQ(automatic(catalog, session), "7 after 3");
}

TEST(Decide, TheFirstShownEntryWithSecondsOfItsOwnBoots)
{
    const auto catalog = campus().system(5, false, 50).system(6, true, 60).rule(1, R"({"show": [5]})");
    EXPECT_EQ(automatic(catalog, at("10.1.2.3")), "5 after 50"); // in the menu's order
}

TEST(Decide, TheDefaultIsTheFirstThatIsShown)
{
    auto catalog = campus().rule(1, R"({"location": 30, "default": 4})").rule(2, R"({"default": 2})");
    EXPECT_EQ(preselect(catalog, at("10.1.2.3")), 2); // 4 is not shown
    EXPECT_EQ(preselect(catalog, at("192.168.0.1")), 2);
    catalog.rule(3, R"({"show": [4]})");
    EXPECT_EQ(preselect(catalog, at("10.1.2.3")), 4);
    EXPECT_EQ(preselect(campus(), at("10.1.2.3")), 0);
}

TEST(Decide, NoRuleShowsWhatIsForAnotherAudience)
{
    const auto catalog = CatalogOf()
                             .system(1)
                             .system(2, true, 5)
                             .only_for("exam")
                             .location(10, R"({"subnets": ["10.0.0.0/8"]})")
                             .rule(1, R"({"show": [2], "default": 2, "auto": {"id": 2, "seconds": 3}})");
    auto question = at("10.1.2.3");
    EXPECT_EQ(shown(catalog, question), Ids{1});
    const auto index = catalog.build();
    EXPECT_EQ(index.decide(question).automatic, nullptr);
    EXPECT_EQ(index.decide(question).preselect, nullptr);
    question.pc.audiences = {"other", "exam"};
    EXPECT_EQ(shown(catalog, question), (Ids{1, 2}));
    EXPECT_EQ(index.decide(question).automatic->id, 2);
}
