#include "server/rules/location.hpp"

#include <gtest/gtest.h>

using namespace farboot::rules;
using nlohmann::json;

namespace
{

Parsed<Location> parse(json value)
{
    if (!value.contains("name"))
        value["name"] = {{"en", "Room"}};
    return Location::parse(value.dump());
}

std::string wrong_field(const std::string& text)
{
    const auto parsed = parse(json::parse(text));
    return parsed ? "none" : parsed.error().field;
}

} // namespace

TEST(Mac, IsReadInEveryUsualForm)
{
    EXPECT_EQ(Mac::parse("52:54:00:12:34:56")->text(), "52:54:00:12:34:56");
    EXPECT_EQ(Mac::parse("52-54-00-AB-CD-EF")->text(), "52:54:00:ab:cd:ef");
    for (const char* text : {"", "52:54:00:12:34", "52:54:00:12:34:5", "52:54:00:12:34:567", "52:54-00:12:34:56",
                             "52.54.00.12.34.56", "525400123456", "52:54:00:12:34:5g", "00:00:00:00:00:00",
                             "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "52:54:00:12:34:56 "})
        EXPECT_EQ(Mac::parse(text), std::nullopt) << text;
}

TEST(Uuid, IsReadUnlessManyPcsHaveIt)
{
    EXPECT_EQ(Uuid::parse("4C4C4544-0042-3510-8052-B4C04F4E4D32")->text(), "4c4c4544-0042-3510-8052-b4c04f4e4d32");
    for (const char* text : {"", "4c4c4544-0042-3510-8052-b4c04f4e4d3", "4c4c454400423510-8052-b4c04f4e4d32----",
                             "{4c4c4544-0042-3510-8052-b4c04f4e4d32}", "4c4c4544-0042-3510-8052-b4c04f4e4d3x",
                             "4c4c4544_0042-3510-8052-b4c04f4e4d32", "00000000-0000-0000-0000-000000000000",
                             "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "03000200-0400-0500-0006-000700080009"})
        EXPECT_EQ(Uuid::parse(text), std::nullopt) << text;
}

TEST(Location, WhatWasWrittenIsReadBack)
{
    const auto location = parse({{"parent", 7},
                                 {"name", {{"de", "Raum"}, {"en", "Room"}}},
                                 {"subnets", {"2001:db8::/32", "10.1.0.0/16"}},
                                 {"macs", {"52-54-00-AB-CD-EF"}},
                                 {"uuids", {"4C4C4544-0042-3510-8052-B4C04F4E4D32"}},
                                 {"dhcp", {"option-224=Room 12", "domain=Chem.Example.org"}}});
    ASSERT_TRUE(location) << location.error().sentence;
    EXPECT_EQ(location->parent, 7);
    EXPECT_EQ(Location::parse(location->to_json().dump()), *location);
    EXPECT_EQ(location->to_json()["macs"], json({"52:54:00:ab:cd:ef"}));
    EXPECT_EQ(location->to_json()["dhcp"], json({"domain=chem.example.org", "option-224=Room 12"}));
    const auto bare = parse(json::object());
    ASSERT_TRUE(bare);
    EXPECT_EQ(bare->parent, std::nullopt);
    EXPECT_TRUE(bare->subnets.empty() && bare->macs.empty() && bare->uuids.empty());
}

TEST(Location, WhatTheServerGaveAlongIsIgnored)
{
    const auto location = parse({{"id", 12}, {"etag", "\"l12-3\""}});
    ASSERT_TRUE(location);
    EXPECT_EQ(location->id, 0);
}

TEST(Location, EachWrongMemberIsNamed)
{
    for (const auto& [field, text] : std::vector<std::pair<std::string, std::string>>{
             {"parent", R"({"parent": 0})"},
             {"parent", R"({"parent": "1"})"},
             {"parent", R"({"parent": -5})"},
             {"name", R"({"name": null})"},
             {"name.en", R"({"name": {"en": " "}})"},
             {"name.de", R"({"name": {"en": "x", "de": "\u0085"}})"},
             {"subnets", R"({"subnets": "10.0.0.0/8"})"},
             {"subnets", R"({"subnets": ["10.1.0.0/8"]})"},
             {"subnets", R"({"subnets": ["10.0.0.0/8", "10.0.0.0/8"]})"},
             {"subnets", R"({"subnets": ["10.0.0.1", "10.0.0.1/32"]})"},
             {"macs", R"({"macs": ["ff:ff:ff:ff:ff:ff"]})"},
             {"macs", R"({"macs": ["52:54:00:12:34:56", "52-54-00-12-34-56"]})"},
             {"uuids", R"({"uuids": ["x"]})"},
             {"dhcp", R"({"dhcp": ["chem.example.org"]})"},
             {"dhcp", R"({"dhcp": ["domain=a.org", "domain=A.org."]})"},
             {"subnet", R"({"subnet": ["10.0.0.0/8"]})"}})
        EXPECT_EQ(wrong_field(text), field) << text;
    json many = json::object();
    for (std::size_t i = 0; i <= max_location_keys; ++i)
        many["subnets"].push_back(fmt::format("10.0.{}.{}", i / 256, i % 256));
    EXPECT_EQ(wrong_field(many.dump()), "subnets");
    const auto bits = parse({{"subnets", {"10.1.0.0/8"}}});
    EXPECT_NE(bits.error().sentence.find("10.0.0.0/8"), std::string::npos) << bits.error().sentence;
}
