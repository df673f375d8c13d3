#include "server/rules/effective.hpp"

#include "server/rules/why.hpp"
#include "tests/unit/server/rules/catalog_of.hpp"

#include <gtest/gtest.h>

using namespace farboot;
using namespace farboot::rules;
using nlohmann::json;

namespace
{

/// Campus 1 › building 2 › room 3.
Index campus()
{
    return test::CatalogOf()
        .location(1, R"({"subnets": ["10.0.0.0/8"],
                         "settings": {"locale": "de_DE.UTF-8", "time_zone": "Europe/Berlin",
                                      "home": {"kind": "nfs", "server": "nas", "path": "/home"}}})")
        .location(2, R"({"parent": 1, "settings": {"hostname": "{location}-{id}", "time_zone": "Europe/London"}})")
        .location(
            3,
            R"({"parent": 2, "subnets": ["10.1.1.0/24"], "settings": {"home": {"kind": "none"}, "sources": ["https://room/store"]}})")
        .build();
}

Pc at(const char* address)
{
    Pc pc;
    pc.address = server::Address::parse(address);
    return pc;
}

} // namespace

TEST(EffectiveSettings, InheritDownAndTheClosestWins)
{
    const auto index = campus();
    std::map<std::string, std::pair<std::int64_t, json>> found;
    for (const auto& setting : effective_settings(index.path_of(at("10.1.1.7"))))
        found[setting.name] = {setting.from->id, setting.value};
    const decltype(found) expected{{"hostname", {2, "{location}-{id}"}},
                                   {"locale", {1, "de_DE.UTF-8"}},
                                   {"time_zone", {2, "Europe/London"}},
                                   {"home", {3, {{"kind", "none"}}}},
                                   {"sources", {3, {"https://room/store"}}}};
    EXPECT_EQ(found, expected);
    EXPECT_EQ(effective_settings(index.path_of(at("10.2.0.1"))).size(), 3U);
    EXPECT_TRUE(effective_settings(index.path_of(at("192.168.0.1"))).empty());
}

TEST(EffectiveSettings, SayWhereTheyComeFrom)
{
    const auto index = campus();
    Question question;
    question.pc = at("10.1.1.7");
    const auto settings = explanation(index, question)["settings"];
    ASSERT_EQ(settings.size(), 5U);
    EXPECT_EQ(settings[0]["name"], "hostname");
    EXPECT_EQ(settings[0]["location"]["id"], 2);
    EXPECT_EQ(settings[0]["sentence"],
              "hostname is inherited from location 2 \"thing 2\": nothing closer to the PC says otherwise.");
    EXPECT_EQ(settings[3]["sentence"], "home is a setting of location 3 \"thing 3\" itself.");
}

TEST(HandedSettings, HaveTheHostNameFilledIn)
{
    const auto index = campus();
    const auto path = index.path_of(at("10.1.1.7"));
    const auto handed = handed_settings(path, {.id = 12});
    EXPECT_EQ(handed["hostname"], "thing-3-12");
    EXPECT_EQ(handed["locale"], "de_DE.UTF-8");
    EXPECT_TRUE(settings::Settings::parse(handed));
    EXPECT_FALSE(handed.contains("sources")); // the menu's
    EXPECT_EQ(handed_settings({}, {.id = 12}), json::object());
}

TEST(HostName, IsAlwaysOne)
{
    Location place;
    place.name.en = "Büro 3 (Süd)";
    const PcNames pc{.id = 12, .name = "Anna's PC", .mac = Mac::parse("52:54:00:12:34:56")};
    EXPECT_EQ(host_name("pc-{id}", pc, place), "pc-12");
    EXPECT_EQ(host_name("{name}.lab", pc, place), "anna-s-pc.lab");
    EXPECT_EQ(host_name("{location}-{mac}", pc, place), "buero-3-sued-525400123456");
    EXPECT_EQ(host_name("{name}-{mac}", {.id = 12}, place), "12-12");
    place.name.en = "教室";
    EXPECT_EQ(host_name("{location}", pc, place), "12");
    const PcNames long_name{.id = 12, .name = std::string(200, 'x')};
    EXPECT_EQ(host_name("{name}", long_name, place), std::string(63, 'x'));
    for (const char* pattern : {"{name}.{name}", "{location}-{name}", "a{mac}b", "{location}.x"}) {
        const auto name = host_name(pattern, long_name, place);
        EXPECT_TRUE(settings::Hostname::parse(name)) << name;
    }
}
