#include "server/rules/rule.hpp"

#include <gtest/gtest.h>

using namespace farboot::rules;
using nlohmann::json;

namespace
{

const char* const whole = R"({"name": {"en": "Exam", "de": "Klausur"}, "enabled": false, "exam": true, "location": 4,
    "hardware": [2, 1], "users": ["anna", "Ärger"], "groups": ["staff"],
    "time": {"zone": "Europe/Berlin", "once": [{"from": "2026-02-10T08:30", "to": "2026-02-10T12:00"}]},
    "only": [5, 6], "default": 6, "auto": {"id": 5, "seconds": 10}})";

Parsed<Rule> parse(const std::string& text)
{
    auto value = json::parse(text);
    if (value.is_object() && !value.contains("name"))
        value["name"] = {{"en", "Rule"}};
    return Rule::parse(value.dump());
}

std::string wrong_field(const std::string& text)
{
    const auto parsed = parse(text);
    return parsed ? "none" : parsed.error().field;
}

} // namespace

TEST(Rule, AllMembersAreRead)
{
    const auto rule = Rule::parse(whole);
    ASSERT_TRUE(rule) << rule.error().sentence;
    EXPECT_FALSE(rule->enabled);
    EXPECT_TRUE(rule->exam);
    EXPECT_EQ(rule->location, 4);
    EXPECT_EQ(rule->hardware, (std::vector<std::int64_t>{2, 1}));
    EXPECT_EQ(rule->users, (std::vector<std::string>{"anna", "Ärger"}));
    EXPECT_EQ(rule->only, (std::vector<std::int64_t>{5, 6}));
    EXPECT_EQ(rule->preselect, 6);
    EXPECT_EQ(rule->automatic, (Automatic{5, 10}));
    EXPECT_EQ(rule->entries(), (std::vector<std::int64_t>{5, 6}));
}

TEST(Rule, WhatWasWrittenIsReadBack)
{
    for (const char* text :
         {whole, R"({"name": {"en": "x"}, "only": []})", R"({"name": {"en": "x"}, "auto": {"id": null}})",
          R"({"name": {"en": "x"}, "show": [1], "hide": [2, 3]})"}) {
        const auto rule = Rule::parse(text);
        ASSERT_TRUE(rule) << rule.error().sentence;
        EXPECT_EQ(Rule::parse(rule->to_json().dump()), *rule);
    }
    EXPECT_EQ(parse(R"({"only": []})")->only, std::vector<std::int64_t>());
    EXPECT_EQ(parse(R"({"only": null, "show": [1]})")->only, std::nullopt);
}

TEST(Rule, EachWrongMemberIsNamed)
{
    for (const auto& [field, text] : std::vector<std::pair<std::string, std::string>>{
             {"none", R"({"show": [1]})"},
             {"", "[]"},
             {"", "{}"},
             {"", R"({"show": [], "hide": [], "only": null, "default": null, "auto": null})"},
             {"name", R"({"name": 1, "show": [1]})"},
             {"enabled", R"({"enabled": 1, "show": [1]})"},
             {"exam", R"({"exam": "yes", "show": [1]})"},
             {"location", R"({"location": [1], "show": [1]})"},
             {"hardware", R"({"hardware": 1, "show": [1]})"},
             {"hardware", R"({"hardware": [1, 1], "show": [1]})"},
             {"users", R"({"users": "anna", "show": [1]})"},
             {"users", R"({"users": [""], "show": [1]})"},
             {"groups", R"({"groups": ["a\tb"], "show": [1]})"},
             {"time", R"({"time": "always", "show": [1]})"},
             {"time.zone", R"({"time": {"weekly": []}, "show": [1]})"},
             {"show", R"({"show": [0]})"},
             {"hide", R"({"hide": ["a"]})"},
             {"hide", R"({"show": [1, 2], "hide": [2]})"},
             {"only", R"({"only": [1], "show": [2]})"},
             {"only", R"({"only": {}})"},
             {"default", R"({"default": 0})"},
             {"default", R"({"default": 2, "hide": [2]})"},
             {"default", R"({"default": 2, "only": [1]})"},
             {"auto", R"({"auto": 5})"},
             {"auto.id", R"({"auto": {"id": "x"}})"},
             {"auto.id", R"({"auto": {"id": 3, "seconds": 1}, "only": [1]})"},
             {"auto.seconds", R"({"auto": {"id": 3}})"},
             {"auto.seconds", R"({"auto": {"id": 3, "seconds": 3601}})"},
             {"auto.seconds", R"({"auto": {"id": 3, "seconds": -1}})"},
             {"auto.after", R"({"auto": {"id": 3, "seconds": 1, "after": 1}})"},
             {"only", R"({"exam": true, "show": [1]})"},
             {"time", R"({"exam": true, "only": [1]})"},
             {"locations", R"({"locations": [1], "show": [1]})"}})
        EXPECT_EQ(wrong_field(text), field) << text;
    json many = json::object();
    for (std::size_t i = 0; i <= max_rule_entries; ++i)
        many["show"].push_back(i + 1);
    EXPECT_EQ(wrong_field(many.dump()), "show");
    json people{{"show", {1}}};
    for (std::size_t i = 0; i <= max_rule_people; ++i)
        people["users"].push_back(std::to_string(i));
    EXPECT_EQ(wrong_field(people.dump()), "users");
}
