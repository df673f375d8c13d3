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
                            R"({"uuids": ["4c4c4544-0042-3510-8052-b4c04f4e4d32"]})", R"({"dhcp": ["domain=a.org"]})"})
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

TEST(Locations, DhcpFactsComeLastAmongEquallyDeepOnes)
{
    const auto index = CatalogOf()
                           .location(1, R"({"dhcp": ["server=10.1.0.2"]})")
                           .location(2, R"({"dhcp": ["domain=a.org", "domain=b.org"]})")
                           .location(3, R"({"dhcp": ["option-224=room 12"]})")
                           .location(4, R"({"dhcp": ["hostname=seat-3"]})")
                           .location(5, R"({"subnets": ["10.0.0.0/8"]})")
                           .location(6, R"({"parent": 2, "dhcp": ["option-225=x"]})")
                           .build();
    const auto place_with = [&](std::initializer_list<const char*> facts, const char* address = "") {
        Question question;
        question.pc.address = server::Address::parse(address);
        for (const auto* fact : facts)
            question.pc.dhcp.insert(DhcpFact::parse(fact).value());
        const auto decision = index.decide(question);
        return decision.path.empty() ? 0 : decision.path.front()->id;
    };
    EXPECT_EQ(place_with({"server=10.1.0.2"}), 1);
    EXPECT_EQ(place_with({"server=10.1.0.2", "domain=b.org"}), 2);
    EXPECT_EQ(place_with({"server=10.1.0.2", "domain=b.org", "option-224=room 12"}), 3);
    EXPECT_EQ(place_with({"hostname=seat-3", "option-224=room 12"}), 4);
    EXPECT_EQ(place_with({"hostname=seat-3"}, "10.1.1.1"), 5);
    EXPECT_EQ(place_with({"option-225=x"}, "10.1.1.1"), 6) << "the deepest counts, whatever knows it";
    EXPECT_EQ(place_with({"option-224=room 13", "domain=a"}), 0);
}

TEST(Locations, DhcpFactsGiveNoAudience)
{
    const auto index = CatalogOf()
                           .location(1, R"({"dhcp": ["domain=a.org"], "audiences": ["exam"]})")
                           .location(2, R"({"macs": ["52:54:00:00:00:01"], "audiences": ["staff"]})")
                           .location(3, R"({"parent": 2, "dhcp": ["domain=b.org"], "audiences": ["secret"]})")
                           .system(1)
                           .only_for("secret")
                           .system(2)
                           .only_for("staff")
                           .build();
    Question question;
    question.pc.enrolled = true;
    question.pc.dhcp = {DhcpFact::parse("domain=a.org").value()};
    EXPECT_TRUE(index.audiences_of(question.pc).empty());
    question.pc.mac = Mac::parse(mac);
    question.pc.dhcp = {DhcpFact::parse("domain=b.org").value()};
    EXPECT_EQ(index.audiences_of(question.pc), std::vector<std::string>{"staff"});
    const auto decision = index.decide(question);
    EXPECT_EQ(decision.path.front()->id, 3);
    EXPECT_FALSE(decision.verdicts.at(0).shown);
    EXPECT_TRUE(decision.verdicts.at(1).shown);
}
