#include "server/rules/hardware.hpp"

#include <gtest/gtest.h>

using namespace farboot::rules;
using nlohmann::json;

namespace
{

HardwareClass parsed(const std::string& text)
{
    auto value = json::parse(text);
    value["name"] = {{"en", "Class"}};
    const auto result = HardwareClass::parse(value.dump());
    if (!result)
        throw std::invalid_argument(result.error().sentence);
    return *result;
}

std::string wrong_field(const std::string& text)
{
    auto value = json::parse(text);
    if (!value.contains("name"))
        value["name"] = {{"en", "Class"}};
    const auto result = HardwareClass::parse(value.dump());
    return result ? "none" : result.error().field;
}

const Hardware dell{"Dell Inc.", "OptiPlex 7010", 16'000, {"aes", "avx", "avx2"}, {"10de:1c82", "8086:3e92"}};

} // namespace

TEST(Patterns, StarsStandForAnything)
{
    for (const auto& [pattern, text] : std::vector<std::pair<const char*, const char*>>{{"Dell Inc.", "dell inc."},
                                                                                        {"dell*", "Dell Inc."},
                                                                                        {"*inc*", "Dell Inc."},
                                                                                        {"*", "x"},
                                                                                        {"*", ""},
                                                                                        {"a*b*c", "aXbYbc"},
                                                                                        {"**a", "a"},
                                                                                        {"a**", "a"},
                                                                                        {"*aab", "aaaab"},
                                                                                        {"", ""}})
        EXPECT_TRUE(fits(pattern, text)) << pattern << " " << text;
    for (const auto& [pattern, text] : std::vector<std::pair<const char*, const char*>>{{"Dell", "Dell Inc."},
                                                                                        {"*inc", "Dell Inc."},
                                                                                        {"a*b", "ac"},
                                                                                        {"", "a"},
                                                                                        {"a", ""},
                                                                                        {"a*", ""},
                                                                                        {"ä", "Ä"},
                                                                                        {".", "x"},
                                                                                        {"?", "x"},
                                                                                        {"a*a", "a"}})
        EXPECT_FALSE(fits(pattern, text)) << pattern << " " << text;
}

TEST(HardwareClass, AllConditionsMustHold)
{
    EXPECT_TRUE(parsed(R"({"vendor": "dell*"})").holds(dell));
    EXPECT_TRUE(parsed(R"({"vendor": "dell*", "product": "*7010", "memory_mib": {"min": 15000, "max": 16000},
                           "cpu_flags": ["avx2", "aes"], "gpus": ["1002", "10de"]})")
                    .holds(dell));
    for (const char* other :
         {R"({"vendor": "hp*"})", R"({"vendor": "dell*", "product": "*7020"})", R"({"memory_mib": {"min": 16001}})",
          R"({"memory_mib": {"max": 15999, "min": null}})", R"({"cpu_flags": ["avx", "avx512f"]})"})
        EXPECT_FALSE(parsed(other).holds(dell)) << other;
}

TEST(HardwareClass, OneOfItsGraphicsCardsIsEnough)
{
    for (const char* one :
         {R"({"gpus": ["10de"]})", R"({"gpus": ["10de:1c82"]})", R"({"gpus": ["1002", "8086:3e92"]})"})
        EXPECT_TRUE(parsed(one).holds(dell)) << one;
    for (const char* other :
         {R"({"gpus": ["1002"]})", R"({"gpus": ["10de:1c83"]})", R"({"gpus": ["8086:1c82", "10dd"]})"})
        EXPECT_FALSE(parsed(other).holds(dell)) << other;
}

TEST(HardwareClass, WhatAPcDoesNotSayHoldsNoCondition)
{
    for (const char* each : {R"({"vendor": "*"})", R"({"product": "*"})", R"({"memory_mib": {"min": 0}})",
                             R"({"memory_mib": {"max": 1000}})", R"({"cpu_flags": ["aes"]})", R"({"gpus": ["10de"]})"})
        EXPECT_FALSE(parsed(each).holds({})) << each;
}

TEST(HardwareClass, WhatWasWrittenIsReadBack)
{
    const auto one = parsed(R"({"vendor": "Ä*", "product": "x", "memory_mib": {"min": 1}, "cpu_flags": ["b", "a"],
                           "gpus": ["10de:1c82", "1002"]})");
    EXPECT_EQ(HardwareClass::parse(one.to_json().dump()), one);
    EXPECT_EQ(one.cpu_flags, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(one.gpus, (std::vector<std::string>{"1002", "10de:1c82"}));
    EXPECT_EQ(one.to_json()["memory_mib"], json::parse(R"({"min": 1, "max": null})"));
}

TEST(HardwareClass, EachWrongMemberIsNamed)
{
    for (const auto& [field, text] : std::vector<std::pair<std::string, std::string>>{
             {"none", R"({"vendor": "a"})"},
             {"", "{}"},
             {"", R"({"vendor": "", "memory_mib": {}, "cpu_flags": []})"},
             {"name", R"({"name": "x", "vendor": "a"})"},
             {"name.en", R"({"name": {"de": "x"}, "vendor": "a"})"},
             {"vendor", R"({"vendor": 1})"},
             {"vendor", R"({"vendor": "a\nb"})"},
             {"product", json{{"product", std::string(max_hardware_text + 1, 'x')}}.dump()},
             {"memory_mib", R"({"memory_mib": 4096})"},
             {"memory_mib", R"({"memory_mib": {"min": 2, "max": 1}})"},
             {"memory_mib.min", R"({"memory_mib": {"min": -1}})"},
             {"memory_mib.max", R"({"memory_mib": {"max": 1.5}})"},
             {"memory_mib.most", R"({"memory_mib": {"most": 1}})"},
             {"cpu_flags", R"({"cpu_flags": ["AVX"]})"},
             {"cpu_flags", R"({"cpu_flags": "avx"})"},
             {"gpus", R"({"gpus": ["10DE"]})"},
             {"gpus", R"({"gpus": ["10de:"]})"},
             {"gpus", R"({"gpus": ["10de:1c8"]})"},
             {"gpus", R"({"gpus": "10de"})"},
             {"gpu", R"({"vendor": "a", "gpu": "x"})"}})
        EXPECT_EQ(wrong_field(text), field) << text;
}
