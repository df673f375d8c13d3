#include "server/catalog/entry.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace farboot;
using nlohmann::json;

namespace
{

json good()
{
    return json::parse(R"({"kind": "system", "record": "boot/debian-desktop", "title": {"de": "Büro", "en": "Office"},
                           "description": {"en": "All you need"}, "icon": "kiosk", "visible": false, "auto_seconds": 10})");
}

/// The field that is wrong once `change` was made.
std::string wrong_field(const json& change)
{
    auto entry = good();
    entry.merge_patch(change);
    const auto parsed = catalog::parse_entry(entry.dump());
    return parsed ? "none" : parsed.error().field;
}

} // namespace

TEST(Entry, AllMembersAreRead)
{
    const auto entry = catalog::parse_entry(good().dump());
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->kind, "system");
    EXPECT_EQ(entry->record, (rootfs::RecordName{"boot", "debian-desktop"}));
    EXPECT_EQ(entry->title, (catalog::Text{"Büro", "Office"}));
    EXPECT_EQ(entry->description, (catalog::Text{"", "All you need"}));
    EXPECT_EQ(entry->icon, "kiosk");
    EXPECT_FALSE(entry->visible);
    EXPECT_EQ(entry->auto_seconds, 10);
}

TEST(Entry, WhatMayBeMissing)
{
    const auto entry = catalog::parse_entry(R"({"kind": "vm", "record": "vm/tiny", "title": {"en": "Tiny"}})");
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->icon, "vm");
    EXPECT_TRUE(entry->visible);
    EXPECT_EQ(entry->auto_seconds, std::nullopt);
}

TEST(Entry, EachWrongMemberIsNamed)
{
    EXPECT_EQ(wrong_field(json::object()), "none");
    EXPECT_EQ(wrong_field({{"kind", "toaster"}}), "kind");
    EXPECT_EQ(wrong_field({{"kind", 1}}), "kind");
    EXPECT_EQ(wrong_field({{"kind", "vm"}}), "record");
    EXPECT_EQ(wrong_field({{"record", "vm/tiny"}}), "record");
    EXPECT_EQ(wrong_field({{"record", "boot/../etc"}}), "record");
    EXPECT_EQ(wrong_field({{"record", nullptr}}), "record");
    EXPECT_EQ(wrong_field({{"title", nullptr}}), "title.en");
    EXPECT_EQ(wrong_field({{"title", "Office"}}), "title");
    EXPECT_EQ(wrong_field({{"title", {{"en", ""}}}}), "title.en");
    EXPECT_EQ(wrong_field({{"title", {{"en", "  "}}}}), "title.en");
    EXPECT_EQ(wrong_field({{"title", {{"en", "a\nb"}}}}), "title.en");
    EXPECT_EQ(wrong_field({{"title", {{"en", "a\u0085b"}}}}), "title.en");
    EXPECT_EQ(wrong_field({{"title", {{"en", std::string("a\0b", 3)}}}}), "title.en");
    EXPECT_EQ(wrong_field({{"title", {{"de", std::string(201, 'x')}}}}), "title.de");
    EXPECT_EQ(wrong_field({{"description", {{"en", std::string(1001, 'x')}}}}), "description.en");
    EXPECT_EQ(wrong_field({{"icon", "skull"}}), "icon");
    EXPECT_EQ(wrong_field({{"visible", 1}}), "visible");
    EXPECT_EQ(wrong_field({{"auto_seconds", -1}}), "auto_seconds");
    EXPECT_EQ(wrong_field({{"auto_seconds", 3601}}), "auto_seconds");
    EXPECT_EQ(wrong_field({{"auto_seconds", 1.5}}), "auto_seconds");
}

TEST(Entry, LengthsAreCharactersNotBytes)
{
    std::string umlauts;
    for (int i = 0; i < 200; ++i)
        umlauts += "ü";
    EXPECT_EQ(wrong_field({{"title", {{"en", umlauts}}}}), "none");
}

TEST(Entry, AnythingButAnObjectIsRefused)
{
    for (const char* text : {"", "{", "[]", "1", "null", "{\"kind\": \"\xff\"}"})
        EXPECT_FALSE(catalog::parse_entry(text)) << text;
    EXPECT_FALSE(catalog::parse_entry(std::string(500'000, '[')));
}

TEST(Entry, AToolIsOneOfThoseThatPcsKnow)
{
    for (const char* tool : {"tool/reboot", "tool/power-off", "tool/firmware-setup", "tool/local-disk"}) {
        const auto entry = catalog::parse_entry(
            json({{"kind", "tool"}, {"record", tool}, {"title", {{"en", "Tool"}}}, {"auto_seconds", 5}}).dump());
        ASSERT_TRUE(entry) << entry.error().sentence;
        EXPECT_EQ(entry->record.text(), tool);
        EXPECT_EQ(entry->icon, "tool");
        EXPECT_FALSE(catalog::needs_record(*entry));
    }
    EXPECT_EQ(wrong_field({{"kind", "tool"}}), "record");
    EXPECT_EQ(wrong_field({{"kind", "tool"}, {"record", "tool/format"}}), "record");
    EXPECT_EQ(wrong_field({{"record", "tool/reboot"}}), "record");
}

TEST(Entry, AnOfferingIsReadAndComesBackTheSame)
{
    const auto text =
        json::parse(R"({"kind": "vm", "record": "vm/exam", "title": {"en": "Exam"}, "tags": ["SQL", "Übung"],
        "offering": {"version": 3, "memory_mib": {"min": 1024, "wanted": null, "percent": 75},
                     "cpus": {"min": 2, "wanted": 4, "percent": null}, "network": "none", "sound": false, "usb": true,
                     "clipboard": false, "home": "read", "exam": true,
                     "script": {"name": "Prüfung", "interpreter": "cmd", "text": "echo \"a\"\r\n"}}})");
    const auto entry = catalog::parse_entry(text.dump());
    ASSERT_TRUE(entry) << entry.error().sentence;
    EXPECT_EQ(entry->offering.version, 3U);
    EXPECT_EQ(entry->offering.memory_mib.percent, 75U);
    EXPECT_EQ(entry_json(*entry, 3)["offering"], text["offering"]);
    EXPECT_EQ(menu_json(*entry, 3)["offering"], text["offering"]);
    EXPECT_EQ(menu_json(*entry, 3)["tags"], text["tags"]);
    EXPECT_EQ(catalog::parse_entry(entry_json(*entry, 3).dump()).value(), *entry);
}

TEST(Entry, AGroupIsAHeadingInOneLanguageAtLeast)
{
    auto entry = good();
    entry["group"] = {{"de", "Prüfungen"}, {"en", "Exams"}};
    const auto parsed = catalog::parse_entry(entry.dump());
    ASSERT_TRUE(parsed);
    EXPECT_EQ(menu_json(*parsed, 3)["group"], entry["group"]);
    EXPECT_EQ(catalog::parse_entry(entry_json(*parsed, 3).dump()).value(), *parsed);
    EXPECT_FALSE(menu_json(*catalog::parse_entry(good().dump()), 3).contains("group"));
    EXPECT_EQ(wrong_field({{"group", "Exams"}}), "group");
    EXPECT_EQ(wrong_field({{"group", {{"de", "Prüfungen"}}}}), "group.en");
    EXPECT_EQ(wrong_field({{"group", {{"en", std::string(101, 'x')}}}}), "group.en");
}

TEST(Entry, EachWrongMemberOfAnOfferingIsNamed)
{
    const auto wrong = [](const json& offering) {
        return wrong_field({{"kind", "vm"}, {"record", "vm/tiny"}, {"offering", offering}});
    };
    EXPECT_EQ(wrong(json::object()), "none");
    EXPECT_EQ(wrong(3), "offering");
    EXPECT_EQ(wrong({{"script", "rm"}}), "offering.script");
    EXPECT_EQ(wrong({{"script", {{"text", ""}}}}), "offering.script.text");
    EXPECT_EQ(wrong({{"script", {{"text", std::string("a\0b", 3)}}}}), "offering.script.text");
    EXPECT_EQ(wrong({{"script", {{"text", std::string(catalog::max_script_bytes + 1, 'x')}}}}), "offering.script.text");
    EXPECT_EQ(wrong({{"script", {{"text", "x"}, {"name", "a\nb"}}}}), "offering.script.name");
    EXPECT_EQ(wrong({{"script", {{"text", "x"}, {"interpreter", "perl"}}}}), "offering.script.interpreter");
    EXPECT_EQ(wrong({{"script", {{"text", "x"}, {"user", "root"}}}}), "offering.script.user");
    EXPECT_EQ(wrong({{"version", 0}}), "offering.version");
    EXPECT_EQ(wrong({{"version", "newest"}}), "offering.version");
    EXPECT_EQ(wrong({{"memory_mib", 512}}), "offering.memory_mib");
    EXPECT_EQ(wrong({{"memory_mib", {{"most", 1}}}}), "offering.memory_mib.most");
    EXPECT_EQ(wrong({{"memory_mib", {{"min", -1}}}}), "offering.memory_mib.min");
    EXPECT_EQ(wrong({{"memory_mib", {{"min", 2}, {"wanted", 1}}}}), "offering.memory_mib.min");
    EXPECT_EQ(wrong({{"cpus", {{"percent", 101}}}}), "offering.cpus.percent");
    EXPECT_EQ(wrong({{"cpus", {{"percent", 50}, {"wanted", 2}}}}), "offering.cpus.percent");
    EXPECT_EQ(wrong({{"network", "bridge"}}), "offering.network");
    EXPECT_EQ(wrong({{"home", true}}), "offering.home");
    EXPECT_EQ(wrong({{"usb", "yes"}}), "offering.usb");
    EXPECT_EQ(wrong_field({{"offering", {{"usb", true}}}}), "offering"); // of a system
    EXPECT_EQ(wrong_field({{"tags", {""}}}), "tags");
    EXPECT_EQ(wrong_field({{"tags", {"a", "a"}}}), "tags");
}
