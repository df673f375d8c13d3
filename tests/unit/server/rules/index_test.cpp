#include "tests/unit/server/rules/catalog_of.hpp"

#include <gtest/gtest.h>

using namespace farboot;
using namespace farboot::rules;
using test::CatalogOf;

namespace
{

std::string reason(const CatalogOf& catalog)
{
    const auto index = catalog.try_build();
    return index ? "none" : index.error().reason;
}

/// The id of the location that a PC is in; 0: none.
std::int64_t place(const Index& index, const char* address, const char* mac = "", const char* uuid = "")
{
    Question question;
    question.pc.address = server::Address::parse(address);
    question.pc.mac = Mac::parse(mac);
    question.pc.uuid = Uuid::parse(uuid);
    const auto decision = index.decide(question);
    return decision.path.empty() ? 0 : decision.path.front()->id;
}

constexpr const char* mac = "52:54:00:00:00:01";
constexpr const char* uuid = "4c4c4544-0042-3510-8052-b4c04f4e4d32";

} // namespace

TEST(Locations, ParentsMustBeThereAndNoCircle)
{
    EXPECT_EQ(reason(CatalogOf().location(1, "{}").location(2, R"({"parent": 1})")), "none");
    EXPECT_EQ(reason(CatalogOf().location(2, R"({"parent": 1})").location(1, "{}")), "none"); // in any order
    EXPECT_EQ(reason(CatalogOf().location(1, R"({"parent": 2})")), "location-malformed");
    EXPECT_EQ(reason(CatalogOf().location(1, R"({"parent": 1})")), "location-malformed");
    EXPECT_EQ(reason(CatalogOf()
                         .location(1, R"({"parent": 3})")
                         .location(2, R"({"parent": 1})")
                         .location(3, R"({"parent": 2})")),
              "location-malformed");
    EXPECT_EQ(reason(CatalogOf().location(1, "{}").location(1, "{}")), "location-malformed");
}

TEST(Locations, TheTreeHasALimit)
{
    CatalogOf deep;
    deep.location(1, "{}");
    for (int i = 2; i <= max_location_depth; ++i)
        deep.location(i, fmt::format(R"({{"parent": {}}})", i - 1));
    EXPECT_EQ(reason(deep), "none");
    deep.location(100, fmt::format(R"({{"parent": {}}})", max_location_depth));
    EXPECT_EQ(reason(deep), "location-malformed");
    std::ranges::reverse(deep.catalog_.locations);
    EXPECT_EQ(reason(deep), "location-malformed");
}

TEST(Locations, AKeyIsInOneOnly)
{
    for (const char* key : {R"({"subnets": ["10.0.0.0/8"]})", R"({"macs": ["52:54:00:00:00:01"]})",
                            R"({"uuids": ["4c4c4544-0042-3510-8052-b4c04f4e4d32"]})"})
        EXPECT_EQ(reason(CatalogOf().location(1, key).location(2, key)), "location-malformed") << key;
    EXPECT_EQ(
        reason(CatalogOf().location(1, R"({"subnets": ["10.0.0.0/8"]})").location(2, R"({"subnets": ["10.0.0.0/9"]})")),
        "none");
}

TEST(Locations, RulesNameWhatIsThere)
{
    EXPECT_EQ(reason(CatalogOf().rule(1, R"({"show": [1]})")), "rule-malformed");
    EXPECT_EQ(reason(CatalogOf().system(1).rule(1, R"({"show": [1], "location": 3})")), "rule-malformed");
    EXPECT_EQ(reason(CatalogOf().system(1).rule(1, R"({"show": [1], "hardware": [3]})")), "rule-malformed");
    EXPECT_EQ(reason(CatalogOf().system(1).rule(1, R"({"show": [1], "default": 2})")), "rule-malformed");
    EXPECT_EQ(reason(CatalogOf().system(1).rule(1, R"({"auto": {"id": 2, "seconds": 1}})")), "rule-malformed");
}

TEST(Locations, TheDeepestOfThoseThatKnowThePcCounts)
{
    const auto index = CatalogOf()
                           .location(1, R"({"subnets": ["10.0.0.0/8", "2001:db8::/32"]})")
                           .location(2, R"({"parent": 1, "subnets": ["10.1.0.0/16"]})")
                           .location(3, R"({"parent": 2})")
                           .location(4, R"({"parent": 3, "macs": ["52:54:00:00:00:01"]})")
                           .location(5, R"({"subnets": ["10.1.2.0/24"]})") // a root: longer prefix, less deep
                           .build();
    EXPECT_EQ(place(index, "10.9.0.1"), 1);
    EXPECT_EQ(place(index, "10.1.0.1"), 2);
    EXPECT_EQ(place(index, "10.1.2.1"), 2);
    EXPECT_EQ(place(index, "10.1.2.1", mac), 4);
    EXPECT_EQ(place(index, "192.168.0.1", mac), 4);
    EXPECT_EQ(place(index, "2001:db8:1::1"), 1);
    EXPECT_EQ(place(index, "::ffff:10.1.0.1"), 2);
    EXPECT_EQ(place(index, "192.168.0.1"), 0);
    EXPECT_EQ(place(index, "2001:db9::1"), 0);
    EXPECT_EQ(place(index, ""), 0);
}

TEST(Locations, AmongEquallyDeepOnesTheMoreExactSignCounts)
{
    const auto index = CatalogOf()
                           .location(1, R"({"subnets": ["0.0.0.0/0", "::/0"]})")
                           .location(2, R"({"subnets": ["10.1.0.0/16", "2001:db8::/48"]})")
                           .location(3, R"({"subnets": ["10.1.2.0/24", "2001:db8::/64"]})")
                           .location(4, R"({"subnets": ["10.1.2.3/32", "2001:db8::5"]})")
                           .location(5, R"({"macs": ["52:54:00:00:00:01"]})")
                           .location(6, R"({"uuids": ["4c4c4544-0042-3510-8052-b4c04f4e4d32"]})")
                           .build();
    EXPECT_EQ(place(index, "10.2.0.1"), 1);
    EXPECT_EQ(place(index, "10.1.0.1"), 2);
    EXPECT_EQ(place(index, "10.1.2.1"), 3);
    EXPECT_EQ(place(index, "10.1.2.3"), 4);
    EXPECT_EQ(place(index, "2001:db8:1::"), 1);
    EXPECT_EQ(place(index, "2001:db8:0:1::"), 2);
    EXPECT_EQ(place(index, "2001:db8::1"), 3);
    EXPECT_EQ(place(index, "2001:db8::5"), 4);
    EXPECT_EQ(place(index, "10.1.2.3", mac), 5);
    EXPECT_EQ(place(index, "10.1.2.3", mac, uuid), 6);
    EXPECT_EQ(place(index, "10.1.2.3", "52:54:00:00:00:02"), 4);
    EXPECT_EQ(place(index, "", "", uuid), 6);
}
