#include "tests/unit/server/rules/catalog_of.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace farboot;
using namespace farboot::rules;
using nlohmann::json;
using test::CatalogOf;
using test::utc;
using testing::HasSubstr;

namespace
{

Question question(const char* address)
{
    Question asked;
    asked.pc.address = server::Address::parse(address);
    asked.time = utc("2026-06-01T10:00:00Z");
    return asked;
}

} // namespace

TEST(Why, EveryEntryHasACauseAndASentence)
{
    const auto index = CatalogOf()
                           .system(1)
                           .system(2)
                           .system(3)
                           .system(4, false)
                           .unpublished(5)
                           .location(10, R"({"subnets": ["10.0.0.0/8"]})")
                           .rule(7, R"({"location": 10, "hide": [1], "show": [2]})")
                           .build();
    const auto entries = explanation(index, question("10.0.0.1"))["entries"];
    const std::vector<std::tuple<int, bool, std::string, json, std::string>> expected{
        {1, false, "rule-hide", 7, "location 10 \"thing 10\""},
        {2, true, "rule-show", 7, "rule 7 \"thing 7\""},
        {3, true, "own", nullptr, "no rule says otherwise"},
        {4, false, "own", nullptr, "not visible"},
        {5, false, "unpublished", nullptr, "not offered"}};
    ASSERT_EQ(entries.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const auto& [id, shown, cause, rule, sentence] = expected[i];
        EXPECT_EQ(entries[i]["id"], id);
        EXPECT_EQ(entries[i]["shown"], shown) << id;
        EXPECT_EQ(entries[i]["cause"], cause) << id;
        EXPECT_EQ(entries[i]["rule"], rule) << id;
        EXPECT_THAT(entries[i]["sentence"].get<std::string>(), HasSubstr(sentence));
    }
}

TEST(Why, OnlySaysWhyOthersAreHidden)
{
    const auto index = CatalogOf().system(1).system(2).rule(7, R"({"only": [2]})").build();
    const auto entries = explanation(index, question("10.0.0.1"))["entries"];
    EXPECT_EQ(entries[0]["cause"], "rule-only");
    EXPECT_EQ(entries[0]["shown"], false);
    EXPECT_EQ(entries[1]["cause"], "rule-only");
    EXPECT_EQ(entries[1]["shown"], true);
    EXPECT_THAT(entries[0]["sentence"].get<std::string>(), HasSubstr("none of those"));
}

TEST(Why, ThePlaceSaysHowItIsKnownAndWhatElseWas)
{
    const auto index = CatalogOf()
                           .location(10, R"({"subnets": ["10.0.0.0/8"]})")
                           .location(20, R"({"parent": 10, "macs": ["52:54:00:00:00:01"]})")
                           .build();
    auto asked = question("10.0.0.1");
    asked.pc.mac = Mac::parse("52:54:00:00:00:01");
    const auto place = explanation(index, asked)["place"];
    EXPECT_EQ(place["match"], json::parse(R"({"location": 20, "depth": 1, "sign": "mac"})"));
    EXPECT_EQ(place["others"], json::parse(R"([{"location": 10, "depth": 0, "sign": "subnet", "prefix": 8}])"));
    EXPECT_EQ(place["path"][1]["id"], 10);
    EXPECT_THAT(place["sentence"].get<std::string>(), HasSubstr("network card"));
    const auto nowhere = explanation(index, question("192.168.0.1"))["place"];
    EXPECT_EQ(nowhere["match"], nullptr);
    EXPECT_THAT(nowhere["sentence"].get<std::string>(), HasSubstr("no location"));
}

TEST(Why, EachRuleSaysWhatIsMissing)
{
    const auto index =
        CatalogOf()
            .system(1)
            .hardware(3, R"({"vendor": "Dell*"})")
            .location(10, R"({"subnets": ["10.0.0.0/8"]})")
            .location(20, R"({"subnets": ["11.0.0.0/8"]})")
            .rule(1, R"({"show": [1]})")
            .rule(2, R"({"show": [1], "enabled": false})")
            .rule(3, R"({"show": [1], "hardware": [3]})")
            .rule(4, R"({"show": [1], "users": ["anna"]})")
            .rule(5, R"({"show": [1], "groups": ["staff"]})")
            .rule(6, R"({"show": [1], "time": {"zone": "Europe/Berlin", "dates": {"to": "2025-12-31"}}})")
            .rule(7, R"({"show": [1], "time": {"zone": "Mars/Olympus", "dates": {"from": "2025-12-31"}}})")
            .rule(8, R"({"show": [1], "location": 10})")
            .rule(9, R"({"show": [1], "location": 20})") // not asked at all
            .build();
    const auto answer = explanation(index, question("10.0.0.1"));
    std::vector<std::pair<int, json>> missing;
    for (const auto& rule : answer["rules"]) {
        missing.emplace_back(rule["id"], rule["missing"]);
        EXPECT_EQ(rule["holds"], rule["missing"].is_null());
        EXPECT_FALSE(rule["sentence"].get<std::string>().empty());
    }
    EXPECT_EQ(missing, (std::vector<std::pair<int, json>>{{8, nullptr},
                                                          {1, nullptr},
                                                          {2, "enabled"},
                                                          {3, "hardware"},
                                                          {4, "user"},
                                                          {5, "group"},
                                                          {6, "time"},
                                                          {7, "zone"}}));
    EXPECT_TRUE(answer["hardware"].empty());
}

TEST(Why, BootingByItselfIsExplained)
{
    const auto index = CatalogOf()
                           .system(1)
                           .system(2, true, 30)
                           .rule(1, R"({"auto": {"id": 1, "seconds": 5}, "default": 1})")
                           .rule(2, R"({"hide": [1]})")
                           .build();
    const auto answer = explanation(index, question("10.0.0.1"));
    EXPECT_EQ(answer["auto"]["id"], 2);
    EXPECT_EQ(answer["auto"]["seconds"], 30);
    EXPECT_EQ(answer["auto"]["rule"], nullptr);
    EXPECT_THAT(answer["auto"]["sentence"].get<std::string>(), HasSubstr("Passed over: rule 1"));
    EXPECT_EQ(answer["default"]["id"], nullptr);
    EXPECT_THAT(answer["default"]["sentence"].get<std::string>(), HasSubstr("Passed over: rule 1"));
    const auto none = CatalogOf().system(2, true, 30).rule(1, R"({"auto": {"id": null}})").build();
    const auto silent = explanation(none, question("10.0.0.1"))["auto"];
    EXPECT_EQ(silent["id"], nullptr);
    EXPECT_EQ(silent["rule"], 1);
}

TEST(Why, TimesAreUtcOfOneForm)
{
    EXPECT_EQ(time_text(*parse_time("2026-02-28T23:59:59Z")), "2026-02-28T23:59:59Z");
    for (const char* text : {"", "now", "2026-02-28", "2026-02-28T23:59:59", "2026-02-28T23:59:59+01:00",
                             "2026-02-30T00:00:00Z", "2026-2-1T0:0:0Z", "1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z",
                             "2026-02-28T23:59:59Zx", "2026-02-28T24:00:00Z", "2026-02-28T23:59:60Z"})
        EXPECT_EQ(parse_time(text), std::nullopt) << text;
}
