#include "tests/integration/server/admin_test.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace farboot::test;
using nlohmann::json;
using testing::HasSubstr;

namespace
{

/// `farboot entry`, `location`, `hardware`, `rule` and `explain` against a real server.
class CatalogCommand : public AdminTest
{
protected:
    /// Adds one; gives its number.
    std::string add(const char* kind, const json& what)
    {
        write_whole(path("new.json"), what.dump());
        auto id = farboot({kind, "add", path("new.json")});
        id.pop_back();
        return id;
    }
    json list(const char* kind) { return json::parse(farboot({kind, "list", "--json"})); }
};

} // namespace

TEST_F(CatalogCommand, DoesWhatThePagesDo)
{
    const json entry{{"kind", "system"},
                     {"record", "boot/desktop"},
                     {"title", {{"de", ""}, {"en", "Desktop"}}},
                     {"description", {{"de", ""}, {"en", ""}}},
                     {"icon", "desktop"},
                     {"visible", true},
                     {"auto_seconds", nullptr}};
    const auto desktop = add("entry", entry);
    auto second = entry;
    second["title"]["en"] = "Second";
    second["visible"] = false;
    const auto other = add("entry", second);
    EXPECT_EQ(farboot({"entry", "list"}),
              fmt::format("{:>6}  Desktop  boot/desktop\n{:>6}  Second  boot/desktop  (off)\n", desktop, other));
    farboot({"entry", "order", other});
    EXPECT_EQ(list("entry")[0]["title"]["en"], "Second");

    const auto building = add("location", {{"name", {{"en", "Building A"}}}});
    const auto room = add(
        "location", {{"name", {{"en", "Room 12"}}}, {"parent", std::stoi(building)}, {"subnets", {"10.1.12.0/24"}}});
    EXPECT_EQ(farboot({"location", "list"}), fmt::format("{:>6}  Building A\n{:>6}    Room 12\n", building, room));
    const auto big = add("hardware", {{"name", {{"en", "Big"}}}, {"memory_mib", {{"min", 15000}, {"max", nullptr}}}});
    EXPECT_EQ(list("hardware")[0]["memory_mib"]["min"], 15000);
    const auto rule = add("rule", {{"name", {{"en", "Not here"}}},
                                   {"location", std::stoi(room)},
                                   {"hardware", {std::stoi(big)}},
                                   {"hide", {std::stoi(desktop)}}});
    EXPECT_THAT(farboot({"explain", "--address", "10.1.12.3", "--memory", "16000"}),
                testing::AllOf(HasSubstr("Room 12"), HasSubstr("Desktop: Hidden: its record, or the version")));
    const auto why = json::parse(farboot({"explain", "--address", "10.1.12.3", "--memory", "16000", "--user", "a b&c",
                                          "--group", "x", "--group", "y", "--json"}));
    EXPECT_EQ(why["rules"][0]["holds"], true);

    EXPECT_THAT(farboot({"location", "remove", room}, 1), HasSubstr("rule")) << "a rule names it";
    farboot({"rule", "remove", rule});
    farboot({"location", "remove", room, building});
    farboot({"hardware", "remove", big});
    farboot({"entry", "remove", desktop, other});
    for (const char* kind : {"entry", "location", "hardware", "rule"})
        EXPECT_EQ(farboot({kind, "list"}), "");
}

TEST_F(CatalogCommand, WhoeverWasFasterIsNotOverwritten)
{
    const auto id = add("location", {{"name", {{"en", "One"}}}});
    auto shown = json::parse(farboot({"location", "show", id}));
    EXPECT_TRUE(shown.contains("etag"));
    shown["name"]["en"] = "Two";
    write_whole(path("two.json"), shown.dump());
    EXPECT_EQ(json::parse(farboot({"location", "change", id, path("two.json"), "--json"}))["name"]["en"], "Two");
    EXPECT_THAT(farboot({"location", "change", id, path("two.json")}, 1), HasSubstr("Show it again, or use --force."));
    farboot({"location", "change", id, path("two.json"), "--force"});
    shown.erase("etag");
    write_whole(path("two.json"), shown.dump());
    EXPECT_THAT(farboot({"location", "change", id, path("two.json")}, 2), HasSubstr("has no \"etag\""));
}

TEST_F(CatalogCommand, ALocationsAudiencesAreKeptAddedAndRemoved)
{
    write_whole(path("room.json"), R"({"name": {"en": "Room"}, "audiences": ["exam"]})");
    auto id = farboot({"location", "add", path("room.json"), "--audience", "cad", "--audience", "exam"});
    id.pop_back();
    const auto audiences = [&] { return json::parse(farboot({"location", "show", id}))["audiences"]; };
    EXPECT_EQ(audiences(), json({"exam", "cad"}));
    farboot({"location", "change", id, "--remove-audience", "exam", "--audience", "music"});
    EXPECT_EQ(audiences(), json({"cad", "music"}));
    EXPECT_EQ(list("location")[0]["name"]["en"], "Room") << "the rest stays";
    EXPECT_THAT(farboot({"location", "change", id, "--remove-audience", "exam"}, 2), HasSubstr("exam"));
    EXPECT_THAT(farboot({"location", "change", id}, 2), HasSubstr("Say what it is to become"));
    write_whole(path("shown.json"), farboot({"location", "show", id}));
    farboot({"location", "change", id, path("shown.json"), "--remove-audience", "music"});
    EXPECT_EQ(audiences(), json({"cad"}));
    EXPECT_THAT(farboot({"rule", "change", "1", "--audience", "x"}, 2), HasSubstr("--audience"));
}

TEST_F(CatalogCommand, SaysWhatIsWrong)
{
    EXPECT_THAT(farboot({"rule", "show", "7"}, 1), HasSubstr("There is no rule 7."));
    EXPECT_THAT(farboot({"rule", "remove", "7"}, 1), HasSubstr("status 404"));
    EXPECT_THAT(farboot({"rule", "add", path("missing.json")}, 1), HasSubstr("missing.json"));
    for (const char* content : {"", "[]", "{"}) {
        write_whole(path("bad.json"), content);
        EXPECT_THAT(farboot({"rule", "add", path("bad.json")}, 1), HasSubstr("does not hold a JSON object")) << content;
    }
    write_whole(path("bad.json"), R"({"name": {"en": "x"}, "colour": 1})");
    EXPECT_THAT(farboot({"rule", "add", path("bad.json")}, 1), HasSubstr("colour"));
    EXPECT_THAT(farboot({"explain", "--address", "here"}, 1), HasSubstr("address must be"));
    EXPECT_THAT(farboot({"location", "order", "1"}, 2), HasSubstr("subcommand is required"))
        << "locations have no order";
    write_whole(path("other"), "wrong\n");
    std::filesystem::remove(path("token"));
    std::filesystem::rename(path("other"), path("token"));
    std::filesystem::permissions(path("token"), std::filesystem::perms::owner_read);
    EXPECT_THAT(farboot({"entry", "list"}, 1), HasSubstr("Log in first."));
}
