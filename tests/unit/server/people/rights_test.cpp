#include "server/people/rights.hpp"

#include <gtest/gtest.h>

using namespace farboot::people;
using nlohmann::json;

namespace
{

/// 1 > 2 > 3, and 4 beside.
const PathOf path_of = [](std::int64_t location) -> std::vector<std::int64_t> {
    switch (location) {
    case 1:
        return {1};
    case 2:
        return {2, 1};
    case 3:
        return {3, 2, 1};
    case 4:
        return {4};
    default:
        return {};
    }
};

Rights rights_of(const char* text)
{
    return parse_grants(json::parse(text), "rights").value();
}

std::string refusal(const char* text)
{
    const auto parsed = parse_grants(json::parse(text), "scope");
    return parsed ? "" : parsed.error().field;
}

} // namespace

TEST(Rights, EachHasANameOfItsOwn)
{
    for (const auto right : all_rights())
        EXPECT_EQ(right_named(name_of(right)), right);
    EXPECT_EQ(right_named("everything"), std::nullopt);
    EXPECT_EQ(all_rights().size(), static_cast<std::size_t>(Right::read_restricted) + 1);
}

TEST(Rights, NothingIsAllowedThatIsNotGranted)
{
    const Rights none;
    for (const auto right : all_rights()) {
        EXPECT_FALSE(none.everywhere(right));
        EXPECT_FALSE(none.somewhere(right));
        EXPECT_FALSE(none.at(right, path_of(1)));
        EXPECT_FALSE(none.on(right, "entry:1"));
    }
}

TEST(Rights, OneForEverythingHoldsForEachPlaceAndThing)
{
    const auto rights = rights_of(R"([{"rights": ["rules.edit"]}])");
    EXPECT_TRUE(rights.everywhere(Right::edit_rules));
    EXPECT_TRUE(rights.at(Right::edit_rules, path_of(3)));
    EXPECT_TRUE(rights.at(Right::edit_rules, {}));
    EXPECT_TRUE(rights.on(Right::edit_rules, "entry:1"));
    EXPECT_FALSE(rights.somewhere(Right::edit_entries));
}

TEST(Rights, OneForALocationHoldsThereAndBelowOnly)
{
    const auto rights = rights_of(R"([{"rights": ["rules.edit"], "location": 2}])");
    EXPECT_FALSE(rights.everywhere(Right::edit_rules));
    EXPECT_TRUE(rights.somewhere(Right::edit_rules));
    EXPECT_TRUE(rights.at(Right::edit_rules, path_of(2)));
    EXPECT_TRUE(rights.at(Right::edit_rules, path_of(3)));
    EXPECT_FALSE(rights.at(Right::edit_rules, path_of(1)));
    EXPECT_FALSE(rights.at(Right::edit_rules, path_of(4)));
    EXPECT_FALSE(rights.at(Right::edit_rules, {}));
    EXPECT_FALSE(rights.on(Right::edit_rules, "entry:2"));
    EXPECT_FALSE(rights.on(Right::edit_rules, ""));
}

TEST(Rights, OneForAThingHoldsForThatOnly)
{
    const auto rights = rights_of(R"([{"rights": ["entries.edit"], "object": "entry:1"}])");
    EXPECT_TRUE(rights.on(Right::edit_entries, entry_object(1)));
    EXPECT_FALSE(rights.on(Right::edit_entries, entry_object(11)));
    EXPECT_FALSE(rights.everywhere(Right::edit_entries));
    EXPECT_FALSE(rights.at(Right::edit_entries, path_of(1)));
    EXPECT_FALSE(rights.at(Right::edit_entries, {}));
}

TEST(Rights, NobodyGivesMoreThanHeHas)
{
    const auto caretaker = rights_of(R"([{"rights": ["catalog.read", "rules.edit"], "location": 2},
                                         {"rights": ["entries.edit"], "object": "entry:1"}])");
    const auto lacks = [&](const char* others) { return caretaker.lacks_of(rights_of(others), path_of); };
    EXPECT_EQ(lacks(R"([{"rights": ["rules.edit"], "location": 3}])"), std::nullopt);
    EXPECT_EQ(lacks(R"([{"rights": ["rules.edit"], "location": 1}])"), Right::edit_rules);
    EXPECT_EQ(lacks(R"([{"rights": ["rules.edit"]}])"), Right::edit_rules);
    EXPECT_EQ(lacks(R"([{"rights": ["locations.edit"], "location": 3}])"), Right::edit_locations);
    EXPECT_EQ(lacks(R"([{"rights": ["entries.edit"], "object": "entry:1"}])"), std::nullopt);
    EXPECT_EQ(lacks(R"([{"rights": ["entries.edit"], "object": "entry:2"}])"), Right::edit_entries);
    EXPECT_EQ(lacks(R"([{"rights": ["rules.edit"], "location": 9}])"), Right::edit_rules); // there is none
    EXPECT_EQ(lacks("[]"), std::nullopt);
}

TEST(Rights, ComeBackAsTheyAreWritten)
{
    const auto text =
        R"([{"rights":["catalog.read","rules.edit"],"location":3},{"rights":["restricted.read"],"object":"audience:exam"}])";
    const auto rights = rights_of(text);
    EXPECT_EQ(rights.to_json(), json::parse(text));
    EXPECT_TRUE(rights_of(R"([{"rights": ["*"]}])").everywhere(Right::manage_users));
}

TEST(Rights, WhatIsMalformedIsNamed)
{
    EXPECT_EQ(refusal(R"({})"), "scope");
    EXPECT_EQ(refusal(R"([1])"), "scope");
    EXPECT_EQ(refusal(R"([{}])"), "scope[0].rights");
    EXPECT_EQ(refusal(R"([{"rights": ["root"]}])"), "scope[0].rights");
    EXPECT_EQ(refusal(R"([{"rights": [7]}])"), "scope[0].rights");
    EXPECT_EQ(refusal(R"([{"rights": [], "location": -1}])"), "scope[0].location");
    EXPECT_EQ(refusal(R"([{"rights": [], "object": "rule:1"}])"), "scope[0].object");
    EXPECT_EQ(refusal(R"([{"rights": [], "object": "entry:"}])"), "scope[0].object");
    EXPECT_EQ(refusal(R"([{"rights": [], "object": "entry:1", "location": 1}])"), "scope[0].object");
    EXPECT_EQ(refusal(R"([{"rights": [], "place": 1}])"), "scope[0].place");
}
