#include "server/rules/fields.hpp"

#include <gtest/gtest.h>

using namespace farboot::rules;
using nlohmann::json;

TEST(Fields, UnknownMembersAreNamed)
{
    const auto parsed = parse_object(R"({"name": 1, "locaton": 2})", "rule", {"name", "location"});
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().field, "locaton");
    EXPECT_TRUE(parse_object(R"({"name": 1})", "rule", {"name", "location"}));
    for (const char* text : {"", "[]", "null", "{", "1", "{\"name\": \"\xff\"}"})
        EXPECT_FALSE(parse_object(text, "rule", {"name"})) << text;
    EXPECT_LT(parse_object(json{{std::string(100'000, 'x'), 1}}.dump(), "rule", {}).error().field.size(), 100U);
}

TEST(Fields, IdsAreWholeNumbersFromOne)
{
    for (const char* text : {"0", "-1", "1.5", "\"1\"", "true", "[1]", "9007199254740992", "1e3"})
        EXPECT_FALSE(parse_id(json::parse(fmt::format(R"({{"id": {}}})", text)), "id", "id")) << text;
    EXPECT_EQ(parse_id(json::parse(R"({"id": 9007199254740991})"), "id", "id").value(), max_id);
    EXPECT_EQ(*parse_id(json::parse(R"({"id": null})"), "id", "id"), std::nullopt);
    EXPECT_EQ(*parse_id(json::parse(R"({})"), "id", "id"), std::nullopt);
}

TEST(Fields, ListsHaveALimitAndNoTwins)
{
    EXPECT_EQ(*parse_ids(json::parse(R"({"ids": [3, 1]})"), "ids", 2), (std::vector<std::int64_t>{3, 1}));
    for (const char* text : {"[1, 2, 3]", "[1, 1]", "{}", "1", "null", "[null]"})
        EXPECT_FALSE(parse_ids(json::parse(fmt::format(R"({{"ids": {}}})", text)), "ids", 2)) << text;
    EXPECT_EQ(*parse_words(json::parse(R"({"words": ["ä", "b"]})"), "words", 2, 1),
              (std::vector<std::string>{"ä", "b"}));
    for (const char* text :
         {R"(["ab"])", R"([""])", R"(["a", "a"])", R"(["a", "b", "c"])", R"(["\n"])", "[1]", R"("a")"})
        EXPECT_FALSE(parse_words(json::parse(fmt::format(R"({{"words": {}}})", text)), "words", 2, 1)) << text;
}
