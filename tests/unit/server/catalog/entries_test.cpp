#include "server/catalog/entries.hpp"
#include "tests/unit/server/catalog/catalog_fixture.hpp"

using namespace farboot;
using namespace farboot::catalog;

namespace
{

Entry entry(const std::string& series, std::optional<int> auto_seconds = std::nullopt)
{
    Entry entry;
    entry.kind = "system";
    entry.record = {"boot", series};
    entry.title = {"", series + " ' \" ; -- ü"};
    entry.icon = "desktop";
    entry.auto_seconds = auto_seconds;
    return entry;
}

class EntriesTest : public test::CatalogTest
{
protected:
    Result<Entry> create(const Entry& made)
    {
        return change([&](Connection& connection) { return create_entry(connection, made); });
    }
    Result<Entry> update(const Entry& old, const Entry& made, const std::string& if_match)
    {
        return change([&](Connection& connection) { return update_entry(connection, old.id, if_match, made); });
    }
    std::vector<std::int64_t> ids()
    {
        std::vector<std::int64_t> result;
        for (const auto& each : list_entries(connection()))
            result.push_back(each.id);
        return result;
    }
};

FARBOOT_ON_EACH_DATABASE(EntriesTest);

} // namespace

TEST_P(EntriesTest, WhatWasWrittenIsReadBack)
{
    const auto before = revision(connection());
    auto made = entry("debian", 10);
    made.group = {"Prüfungen", "Exams"};
    const auto created = create(made);
    ASSERT_TRUE(created);
    EXPECT_EQ(find_entry(connection(), created->id), *created);
    EXPECT_EQ(created->position, 1);
    EXPECT_GT(revision(connection()), before);
    EXPECT_EQ(find_entry(connection(), created->id + 1), std::nullopt);
}

TEST_P(EntriesTest, AllScriptsTogetherHaveALimit)
{
    auto made = entry("x");
    made.kind = "vm";
    made.record = {"vm", "x"};
    made.offering.script = Script{"", "sh", std::string(max_script_bytes, 'x')};
    for (std::size_t i = 0; i < max_all_scripts_bytes / max_script_bytes; ++i)
        ASSERT_TRUE(create(made));
    const auto last = find_entry(connection(), ids().back());
    EXPECT_TRUE(update(*last, made, last->etag())) << "it takes its own place";
    made.offering.script->text = "x";
    EXPECT_EQ(create(made).error().reason, "too-many");
    made.offering.script.reset();
    EXPECT_TRUE(create(made));
}

TEST_P(EntriesTest, OnlyWhoSawTheNewestVersionMayChangeIt)
{
    const auto created = create(entry("debian"));
    ASSERT_TRUE(created);
    const auto changed = update(*created, entry("ubuntu"), created->etag());
    ASSERT_TRUE(changed);
    EXPECT_NE(changed->etag(), created->etag());
    EXPECT_EQ(update(*created, entry("fedora"), created->etag()).error().reason, "changed-meanwhile");
    EXPECT_EQ(find_entry(connection(), created->id)->record.series, "ubuntu");
    const auto remove = [&](const std::string& if_match) {
        return change([&](Connection& connection) { return remove_entry(connection, created->id, if_match); });
    };
    EXPECT_EQ(remove(created->etag()).error().reason, "changed-meanwhile");
    EXPECT_TRUE(remove(changed->etag()));
    EXPECT_EQ(remove("*").error().reason, "not-found");
    EXPECT_TRUE(ids().empty());
}

TEST_P(EntriesTest, IdsAreNotUsedTwice)
{
    const auto first = create(entry("a"));
    ASSERT_TRUE(change([&](Connection& connection) { return remove_entry(connection, first->id, "*"); }));
    EXPECT_GT(create(entry("b"))->id, first->id);
}

TEST_P(EntriesTest, OneVisibleEntryBootsByItself)
{
    const auto first = create(entry("a", 5));
    ASSERT_TRUE(first);
    EXPECT_EQ(create(entry("b", 5)).error().reason, "auto-taken");
    EXPECT_EQ(ids().size(), 1U); // and nothing of it is left
    auto hidden = entry("b", 5);
    hidden.visible = false;
    const auto second = create(hidden);
    ASSERT_TRUE(second);
    EXPECT_EQ(update(*second, entry("b", 5), "*").error().reason, "auto-taken");
    EXPECT_TRUE(update(*first, entry("a", 7), "*")); // itself is no other
}

TEST_P(EntriesTest, OrderNamesEachEntryOnce)
{
    const auto a = create(entry("a"))->id;
    const auto b = create(entry("b"))->id;
    const auto c = create(entry("c"))->id;
    const auto order = [&](std::vector<std::int64_t> wanted) {
        return change([&](Connection& connection) { return order_entries(connection, wanted); });
    };
    EXPECT_TRUE(order({c, a, b}));
    EXPECT_EQ(ids(), (std::vector{c, a, b}));
    for (const auto& bad : {std::vector<std::int64_t>{}, {a, b}, {a, b, b}, {a, b, c, c}, {a, b, c + 1}})
        EXPECT_EQ(order(bad).error().reason, "order-outdated");
    EXPECT_EQ(ids(), (std::vector{c, a, b}));
    EXPECT_EQ(create(entry("d"))->position, 4);
}

TEST_P(EntriesTest, AnErrorUndoesTheWholeChange)
{
    const auto before = revision(connection());
    const auto result = change([](Connection& connection) -> Result<void> {
        std::ignore = create_entry(connection, entry("a"));
        return fail("test", "no");
    });
    EXPECT_FALSE(result);
    EXPECT_TRUE(ids().empty());
    EXPECT_EQ(revision(connection()), before);
}
