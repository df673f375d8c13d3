#include "server/catalog/menu.hpp"

#include "server/catalog/entries.hpp"
#include "tests/unit/server/catalog/catalog_fixture.hpp"

#include <nlohmann/json.hpp>

using namespace farboot;
using namespace farboot::catalog;
using nlohmann::json;

namespace
{

Entry entry(std::int64_t id, const std::string& kind, const std::string& series)
{
    Entry entry;
    entry.id = id;
    entry.kind = kind;
    entry.record = {kind == "vm" ? "vm" : "boot", series};
    entry.title = {"Deutsch", "English"};
    entry.icon = "desktop";
    return entry;
}

std::vector<std::int64_t> ids(const json& menu)
{
    std::vector<std::int64_t> result;
    for (const auto& each : menu["entries"])
        result.push_back(each["id"]);
    return result;
}

json menu_of(const Snapshot& snapshot, rules::Kind kind, const MenuOptions& options)
{
    rules::Question question;
    question.kind = kind;
    return json::parse(menu(snapshot, question, options));
}

class SnapshotTest : public test::CatalogTest
{
};
FARBOOT_ON_EACH_DATABASE(SnapshotTest);

} // namespace

TEST(Menu, EntriesOfAGroupStandTogetherWhereTheFirstDoes)
{
    Snapshot snapshot;
    snapshot.entries = {entry(1, "system", "a"), entry(2, "system", "a"), entry(3, "system", "a"),
                        entry(4, "system", "a"), entry(5, "system", "a"), entry(6, "system", "a")};
    for (const auto index : {1U, 4U})
        snapshot.entries[index].group = {"Labor", "Lab"};
    for (const auto index : {2U, 5U})
        snapshot.entries[index].group = {"", "Exams"};
    snapshot.current = {{{"boot", "a"}, 7}};
    snapshot.prepare({});
    auto menu = menu_of(snapshot, rules::Kind::system, {"", {}});
    EXPECT_EQ(ids(menu), (std::vector<std::int64_t>{1, 2, 5, 3, 6, 4}));
    EXPECT_EQ(menu["entries"][1]["group"], json::parse(R"({"de": "Labor", "en": "Lab"})"));
    snapshot.entries[1].visible = false; // the group goes on where its next one is
    snapshot.prepare({});
    EXPECT_EQ(ids(menu_of(snapshot, rules::Kind::system, {"", {}})), (std::vector<std::int64_t>{1, 3, 6, 4, 5}));
    MenuOptions options{"", {}};
    options.favourites = {6};
    EXPECT_EQ(ids(menu_of(snapshot, rules::Kind::system, options)), (std::vector<std::int64_t>{6, 1, 3, 4, 5}));
}

TEST(Menu, ListsWhatIsVisiblePublishedAndOfItsKind)
{
    Snapshot snapshot;
    snapshot.revision = 17;
    snapshot.entries = {entry(1, "system", "a"), entry(2, "system", "unpublished"), entry(3, "vm", "v"),
                        entry(4, "system", "a")};
    snapshot.entries[3].visible = false;
    snapshot.entries[3].auto_seconds = 3;
    snapshot.current = {{{"boot", "a"}, 7}, {{"vm", "v"}, 1}, {{"gui", "standard"}, 2}, {{"policy", "policy"}, 4}};
    snapshot.prepare({});
    const auto systems = menu_of(snapshot, rules::Kind::system, {"standard", {"https://a/store", "https://b/store"}});
    EXPECT_EQ(ids(systems), (std::vector<std::int64_t>{1}));
    EXPECT_EQ(systems["entries"][0],
              json::parse(R"({"id": 1, "kind": "system", "record": "boot/a", "number": 7, "icon": "desktop",
        "title": {"de": "Deutsch", "en": "English"}, "description": {}})"));
    EXPECT_EQ(systems["revision"], 17);
    EXPECT_EQ(systems["version"], 1);
    EXPECT_EQ(systems["auto"], nullptr); // a hidden entry boots nothing
    EXPECT_EQ(systems["gui"], "gui/standard");
    EXPECT_EQ(systems["policy"], 4);
    EXPECT_EQ(systems["sources"], json::parse(R"([{"url": "https://a/store"}, {"url": "https://b/store"}])"));
    EXPECT_EQ(ids(menu_of(snapshot, rules::Kind::vm, {"", {}})), (std::vector<std::int64_t>{3}));
}

TEST(Menu, NamesWhatBootsByItselfAndNoLayerThatIsNotThere)
{
    Snapshot snapshot;
    snapshot.entries = {entry(1, "system", "a")};
    snapshot.entries[0].auto_seconds = 10;
    snapshot.current = {{{"boot", "a"}, 1}};
    snapshot.prepare({});
    const auto systems = menu_of(snapshot, rules::Kind::system, {"standard", {}});
    EXPECT_EQ(systems["auto"], json::parse(R"({"id": 1, "seconds": 10})"));
    EXPECT_EQ(systems["gui"], nullptr);
    EXPECT_EQ(systems["default"], nullptr);
}

TEST(Menu, GoesByTheRules)
{
    Snapshot snapshot;
    snapshot.entries = {entry(1, "system", "a"), entry(2, "system", "a"), entry(3, "system", "a")};
    snapshot.current = {{{"boot", "a"}, 1}};
    rules::Catalog given;
    given.rules.push_back(
        *rules::Rule::parse(R"({"name": {"en": "x"}, "hide": [1], "default": 3, "auto": {"id": 2, "seconds": 7}})"));
    snapshot.prepare(std::move(given));
    const auto systems = menu_of(snapshot, rules::Kind::system, {"", {}});
    EXPECT_EQ(ids(systems), (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(systems["auto"], json::parse(R"({"id": 2, "seconds": 7})"));
    EXPECT_EQ(systems["default"], 3);
}

TEST_P(SnapshotTest, SeesEntriesAndNewestRecords)
{
    const test::Signers signers;
    const std::chrono::sys_seconds noon{std::chrono::seconds(1769860800)};
    ASSERT_TRUE(change([&](Connection& connection) { return install_policy(connection, signers.policy(1), noon); }));
    const auto add = [&](const std::string& envelope, int hours) {
        return change([&](Connection& connection) {
                   return publish(connection, envelope, noon + std::chrono::hours(hours));
               })
            .has_value();
    };
    ASSERT_TRUE(add(signers.boot("debian", 1), 0) && add(signers.boot("debian", 12), 1));
    ASSERT_TRUE(add(signers.gui("b-old", 9), 0) && add(signers.gui("a-new", 1), 1));
    ASSERT_TRUE(change([&](Connection& connection) { return create_entry(connection, entry(0, "system", "debian")); }));
    const auto snapshot = Snapshot::load(connection());
    EXPECT_EQ(snapshot.revision, revision(connection()));
    EXPECT_EQ(snapshot.entries.size(), 1U);
    EXPECT_EQ(snapshot.number_of({"boot", "debian"}), 12U);
    EXPECT_EQ(snapshot.number_of({"boot", "none"}), 0U);
    EXPECT_EQ(snapshot.newest_gui, "a-new");
}
