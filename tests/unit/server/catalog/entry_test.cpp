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
