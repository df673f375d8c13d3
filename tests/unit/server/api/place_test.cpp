#include "tests/unit/server/api/api_fixture.hpp"

#include <gmock/gmock.h>

#include <set>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;

namespace
{

/// Campus 1 with the buildings 2 and 4, each with a room, 3 and 5. A caretaker of building 2, and somebody with all
/// rights.
class PlaceTest : public ApiTest
{
protected:
    void SetUp() override
    {
        ApiTest::SetUp();
        if (HasFatalFailure() || IsSkipped())
            return;
        all_ = user({{{"rights", {"*"}}}});
        campus_ = place("Campus", nullptr, {"10.0.0.0/8"});
        building_ = place("A", campus_, {"10.1.0.0/16"});
        room_ = place("A1", building_, {"10.1.1.0/24"});
        other_building_ = place("B", campus_, {"10.2.0.0/16"});
        other_room_ = place("B1", other_building_, {"10.2.1.0/24"});
        caretaker_ = user({{{"rights", {"catalog.read", "locations.edit", "rules.edit"}}, {"location", building_}}});
    }
    std::int64_t place(const std::string& name, const json& parent, const json& subnets)
    {
        return make(all_, "locations", {{"name", {{"en", name}}}, {"parent", parent}, {"subnets", subnets}});
    }
    static std::string rule_at(const json& location)
    {
        return json({{"name", {{"en", "Rule"}}}, {"location", location}, {"auto", {{"id", nullptr}}}}).dump();
    }
    static std::string location(const json& parent, const json& subnets = json::array())
    {
        return json({{"name", {{"en", "New"}}}, {"parent", parent}, {"subnets", subnets}}).dump();
    }
    std::set<std::int64_t> ids(const std::string& path)
    {
        std::set<std::int64_t> result;
        const auto answer = call(caretaker_, "GET", "/api/v1/" + path).json();
        for (const auto& row : answer[path])
            result.insert(row["id"].get<std::int64_t>());
        return result;
    }
    std::string ask(const std::string& method, const std::string& path, const std::string& body = {})
    {
        return call(caretaker_, method, "/api/v1/" + path, body).summary();
    }

    Caller all_;
    Caller caretaker_;
    std::int64_t campus_ = 0;
    std::int64_t building_ = 0;
    std::int64_t room_ = 0;
    std::int64_t other_building_ = 0;
    std::int64_t other_room_ = 0;
};

FARBOOT_ON_EACH_DATABASE(PlaceTest);

} // namespace

TEST_P(PlaceTest, RulesOfTheBuildingAndNoOthersAreEdited)
{
    for (const auto own : {building_, room_})
        EXPECT_EQ(ask("POST", "rules", rule_at(own)), "201");
    for (const auto& foreign : {json(campus_), json(other_building_), json(other_room_), json(nullptr)})
        EXPECT_EQ(ask("POST", "rules", rule_at(foreign)), "403 right-missing") << foreign;
    EXPECT_EQ(ask("POST", "rules", rule_at(99)), "403 right-missing"); // there is none
    const auto theirs = make(all_, "rules", json::parse(rule_at(other_room_)));
    const auto everywheres = make(all_, "rules", json::parse(rule_at(nullptr)));
    for (const auto foreign : {theirs, everywheres}) {
        const auto path = fmt::format("rules/{}", foreign);
        EXPECT_EQ(ask("GET", path), "404 not-found");
        EXPECT_EQ(ask("PUT", path, rule_at(room_)), "403 right-missing"); // nor drawn to himself
        EXPECT_EQ(ask("DELETE", path), "403 right-missing");
    }
    EXPECT_EQ(ask("PUT", "rules/1", rule_at(room_)), "200");
    EXPECT_EQ(ask("PUT", "rules/1", rule_at(other_room_)), "403 right-missing"); // nor given to others
    EXPECT_EQ(ask("PUT", "rules/1", rule_at(nullptr)), "403 right-missing");
    EXPECT_EQ(ids("rules"), (std::set<std::int64_t>{1, 2}));
    EXPECT_EQ(ask("DELETE", "rules/2"), "204");
}

TEST_P(PlaceTest, OwnRulesMoveAmongTheOthersWhichStayInOrder)
{
    const auto own = make(all_, "rules", json::parse(rule_at(room_)));
    const auto first = make(all_, "rules", json::parse(rule_at(nullptr)));
    const auto second = make(all_, "rules", json::parse(rule_at(other_room_)));
    const auto order = [&](std::initializer_list<std::int64_t> list) {
        return ask("PUT", "rules/order", json({{"ids", std::vector<std::int64_t>(list)}}).dump());
    };
    EXPECT_EQ(order({first, own, second}), "204");
    EXPECT_EQ(order({first, second, own}), "204");
    EXPECT_EQ(order({second, first, own}), "403 right-missing");
    EXPECT_EQ(order({first, second}), "409 order-outdated");
    EXPECT_EQ(order({first, own}), "403 right-missing");
}

TEST_P(PlaceTest, TheTreeIsEditedBelowTheBuilding)
{
    EXPECT_EQ(ask("POST", "locations", location(building_)), "201");
    EXPECT_EQ(ask("POST", "locations", location(room_)), "201");
    for (const auto& foreign : {json(campus_), json(other_room_), json(nullptr)})
        EXPECT_EQ(ask("POST", "locations", location(foreign)), "403 right-missing") << foreign;
    const auto path = [](std::int64_t id) { return fmt::format("locations/{}", id); };
    EXPECT_EQ(ask("PUT", path(room_), location(building_, {"10.1.1.0/24"})), "200");
    EXPECT_EQ(ask("PUT", path(room_), location(other_building_, {"10.1.1.0/24"})), "403 right-missing");
    EXPECT_EQ(ask("PUT", path(building_), location(campus_, {"10.1.0.0/16"})), "200"); // it stays where it is
    EXPECT_EQ(ask("PUT", path(building_), location(nullptr, {"10.1.0.0/16"})), "403 right-missing");
    EXPECT_EQ(ask("PUT", path(other_room_), location(building_)), "403 right-missing");
    EXPECT_EQ(ask("DELETE", path(other_room_)), "403 right-missing");
    EXPECT_EQ(ask("DELETE", path(building_)), "403 right-missing"); // where it is, is the campus' matter
    EXPECT_EQ(ask("DELETE", path(room_)), "409 in-use");
}

TEST_P(PlaceTest, NoOtherPlacesNetworksAreDrawnIn)
{
    EXPECT_EQ(ask("POST", "locations", location(building_, {"10.1.2.0/24"})), "201");
    EXPECT_EQ(ask("POST", "locations", location(building_, {"10.2.2.0/24"})), "403 right-missing");
    EXPECT_EQ(ask("POST", "locations", location(building_, {"192.168.0.0/24"})), "403 right-missing");
    EXPECT_EQ(ask("PUT", fmt::format("locations/{}", building_), location(campus_, {"10.0.0.0/9"})),
              "403 right-missing");
    EXPECT_EQ(ask("POST", "locations", location(room_, {"10.1.3.0/24"})), "201"); // the building's
}

TEST_P(PlaceTest, SettingsNeedARightOfTheirOwn)
{
    const auto with = [&](const std::string& zone) {
        auto body = json::parse(location(building_, {"10.1.1.0/24"}));
        if (!zone.empty())
            body["settings"] = {{"time_zone", zone}};
        return body.dump();
    };
    const auto path = fmt::format("/api/v1/locations/{}", room_);
    const auto put = [&](const Caller& caller, const std::string& body) {
        return call(caller, "PUT", path, body).summary();
    };
    EXPECT_EQ(put(caretaker_, with("Europe/Berlin")), "403 right-missing");
    EXPECT_EQ(call(caretaker_, "POST", "/api/v1/locations",
                   json({{"name", {{"en", "New"}}}, {"parent", room_}, {"settings", {{"locale", "C"}}}}).dump())
                  .summary(),
              "403 right-missing");
    EXPECT_EQ(put(all_, with("Europe/Berlin")), "200");
    EXPECT_EQ(put(caretaker_, with("Europe/Berlin")), "200"); // they stay
    EXPECT_EQ(put(caretaker_, with("")), "403 right-missing");
    const auto setter = user({{{"rights", {"locations.edit", "settings.edit"}}, {"location", room_}}});
    EXPECT_EQ(put(setter, with("Europe/London")), "200");
    EXPECT_EQ(call(setter, "PUT", fmt::format("/api/v1/locations/{}", building_), with("UTC")).summary(),
              "403 right-missing");
    EXPECT_EQ(put(setter, with("/etc")), "400 location-malformed settings.time_zone");
    EXPECT_EQ(call(all_, "GET", path).json()["settings"], json({{"time_zone", "Europe/London"}}));
    EXPECT_EQ(call(all_, "GET", "/api/v1/explain?address=10.1.1.7").json()["settings"][0]["location"]["id"], room_);
}

TEST_P(PlaceTest, TheMenuNamesTheSourcesOfThePlaceFirst)
{
    const auto set = [&](std::int64_t id, std::int64_t parent, const char* subnet, const json& sources) {
        auto body = json::parse(location(parent, {subnet}));
        body["settings"] = {{"sources", sources}};
        EXPECT_EQ(call(all_, "PUT", fmt::format("/api/v1/locations/{}", id), body.dump()).summary(), "200");
    };
    const auto own = "https://boot.example.org/store";
    const auto sources_at = [&](const char* address) {
        client_ = address;
        const Headers to_us{{"host", "boot.example.org"}};
        std::vector<std::string> urls;
        const auto menu = call({}, "GET", "/api/v1/menu", {}, {}, to_us).json();
        for (const auto& source : menu.at("sources"))
            urls.push_back(source.at("url"));
        return urls;
    };
    EXPECT_THAT(sources_at("10.1.1.7"), testing::ElementsAre(own));
    set(building_, campus_, "10.1.0.0/16", {"https://building.example.org/store"});
    set(room_, building_, "10.1.1.0/24", {"https://room.example.org/store", own, "https://far.example.org/store"});
    EXPECT_THAT(sources_at("10.1.1.7"),
                testing::ElementsAre("https://room.example.org/store", own, "https://far.example.org/store"));
    EXPECT_THAT(sources_at("10.1.2.7"), testing::ElementsAre("https://building.example.org/store", own));
    EXPECT_THAT(sources_at("10.2.1.7"), testing::ElementsAre(own));
    set(room_, building_, "10.1.1.0/24", json::array()); // none of the building's
    EXPECT_THAT(sources_at("10.1.1.7"), testing::ElementsAre(own));
}

TEST_P(PlaceTest, WhatLiesAboveIsShownAndNothingBeside)
{
    EXPECT_EQ(ids("locations"), (std::set<std::int64_t>{campus_, building_, room_}));
    EXPECT_EQ(ask("GET", fmt::format("locations/{}", room_)), "200");
    EXPECT_EQ(ask("GET", fmt::format("locations/{}", other_room_)), "404 not-found");
    EXPECT_EQ(ask("GET", "explain?address=10.1.1.7"), "200");
    EXPECT_EQ(ask("GET", "explain?address=10.2.1.7"), "403 right-missing");
    EXPECT_EQ(ask("GET", "explain?address=172.16.0.1"), "403 right-missing");
}

TEST_P(PlaceTest, OneEntryAlone)
{
    const json entry{{"kind", "system"}, {"record", "boot/debian"}, {"title", {{"en", "Debian"}}}};
    const auto mine = make(all_, "entries", entry);
    const auto other = make(all_, "entries", entry);
    const auto editor =
        user({{{"rights", {"catalog.read", "entries.edit"}}, {"object", fmt::format("entry:{}", mine)}}});
    const auto ask = [&](const std::string& method, const std::string& path, const std::string& body = {}) {
        return call(editor, method, "/api/v1/" + path, body).summary();
    };
    EXPECT_EQ(ask("PUT", fmt::format("entries/{}", mine), entry.dump()), "200");
    EXPECT_EQ(ask("PUT", fmt::format("entries/{}", other), entry.dump()), "403 right-missing");
    EXPECT_EQ(ask("POST", "entries", entry.dump()), "403 right-missing");
    EXPECT_EQ(ask("PUT", "entries/order", json({{"ids", {other, mine}}}).dump()), "403 right-missing");
    EXPECT_EQ(ask("DELETE", fmt::format("entries/{}", other)), "403 right-missing");
    EXPECT_EQ(ask("DELETE", fmt::format("entries/{}", mine)), "204");
}

TEST_P(PlaceTest, ListsComeInParts)
{
    const auto get = [&](const std::string& query) { return call(all_, "GET", "/api/v1/locations" + query); };
    const auto whole = get("").json();
    EXPECT_EQ(whole["locations"].size(), 5U);
    EXPECT_TRUE(whole["next"].is_null());
    auto parts = json::array();
    json next = nullptr;
    do {
        const auto part = get("?limit=2" + (next.is_null() ? "" : "&after=" + next.dump())).json();
        ASSERT_LE(part["locations"].size(), 2U);
        for (const auto& each : part["locations"])
            parts.push_back(each);
        next = part["next"];
    } while (!next.is_null() && parts.size() < 10);
    EXPECT_EQ(parts, whole["locations"]);
    EXPECT_EQ(get("?after=3&limit=1000").json()["locations"].size(), 2U);
    EXPECT_EQ(get("?limit=5").json()["next"], nullptr);
    for (const char* limit : {"0", "1001", "-1", "x", "", "99999999999999999999"})
        EXPECT_EQ(get(std::string("?limit=") + limit).summary(), "400 parameter-malformed limit") << limit;
    EXPECT_EQ(get("?limit=2&after=77").summary(), "409 page-outdated after");
    EXPECT_EQ(call(all_, "GET", "/api/v1/records?limit=1").json(),
              (json{{"records", json::array()}, {"next", nullptr}}));
    EXPECT_EQ(call(caretaker_, "GET", "/api/v1/locations?limit=1").json()["locations"].size(), 1U);
}
