#include "rootfs/base/encoding.hpp"
#include "rootfs/record/policy.hpp"
#include "rootfs/record/statement.hpp"
#include "tests/integration/server/server_process.hpp"
#include "tests/unit/server/catalog/signers.hpp"

#include <nlohmann/json.hpp>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;

namespace
{

class Records : public ServerTest
{
protected:
    void install_policy(std::uint64_t number)
    {
        // the server's own key, from where "farboot policy new" takes it
        const auto raw = from_base64(read_whole(data() / "statement.pub").substr(0, 44));
        ASSERT_TRUE(raw && raw->size() == 32);
        rootfs::PublicKey online;
        std::copy_n(reinterpret_cast<const std::byte*>(raw->data()), 32, online.raw.begin());
        const auto id = signers_.publisher.public_key().id();
        policy_ = {.header = {{"policy", "policy"}, number},
                   .keys = {{id, {signers_.publisher.public_key(), "publisher"}}, {online.id(), {online, "server"}}},
                   .roles = {{{"boot", "gui", "vm"}, {"*"}, 1, {id}},
                             {{"policy"}, {"*"}, 1, {id}},
                             {{"statement"}, {"*"}, 1, {online.id()}}}};
        write_whole(folder_.path / "policy", Signers::envelope("policy", policy_.to_json(), signers_.publisher));
        std::string output;
        ASSERT_EQ(command({"policy", (folder_.path / "policy").string()}, &output), 0) << output;
    }
    int publish(const std::string& envelope) { return admin("POST", "/api/v1/records", envelope).status; }

    Signers signers_;
    rootfs::Policy policy_;
};

} // namespace

TEST_F(Records, AreTakenByPolicyAndServedAsTheyAre)
{
    EXPECT_EQ(publish(signers_.boot("debian", 1)), 409); // no policy yet
    install_policy(1);
    EXPECT_EQ(publish(signers_.boot("debian", 1)), 201);
    EXPECT_EQ(publish(signers_.boot("debian", 1)), 200); // as after an answer that was lost
    auto another = rootfs::BootRecord::parse(rootfs::Envelope::parse(signers_.boot("debian", 1))->payload);
    ASSERT_TRUE(another);
    another->title = "another title";
    EXPECT_EQ(publish(Signers::envelope("boot", another->to_json(), signers_.publisher)), 409);
    EXPECT_EQ(json::parse(admin("GET", "/api/v1/audit?object=record:boot/debian").body)["audit"].size(), 1U);
    EXPECT_EQ(publish(Signers().boot("debian", 2)), 403);
    EXPECT_EQ(publish("{}"), 400);
    EXPECT_EQ(publish(signers_.boot("debian", 2)), 201);

    const auto newest = request("GET", "/api/v1/records/boot/debian");
    EXPECT_EQ(newest.body, signers_.boot("debian", 2));
    EXPECT_EQ(newest.headers.at("content-type"), "application/vnd.dsse+json");
    EXPECT_EQ(request("GET", "/api/v1/records/boot/debian/1").body, signers_.boot("debian", 1));
    EXPECT_EQ(request("GET", "/api/v1/records/boot/debian", "", {{"If-None-Match", newest.headers.at("etag")}}).status,
              304);
    for (const char* path :
         {"boot/debian/3", "boot/debian/x", "boot/debian/-1", "boot/ubuntu", "toast/debian", "boot/DEBIAN"})
        EXPECT_EQ(request("GET", std::string("/api/v1/records/") + path).status, 404) << path;
    EXPECT_EQ(request("GET", "/api/v1/records/policy/policy").status, 200);

    const auto listed = json::parse(admin("GET", "/api/v1/records").body)["records"];
    ASSERT_EQ(listed.size(), 3U);
    EXPECT_EQ(listed[0]["number"], 2);
    EXPECT_EQ(listed[0]["title"], "debian title");
}

TEST_F(Records, StatementsAnswerTheQuestionAndSayTheLowestNumbers)
{
    install_policy(1);
    ASSERT_EQ(publish(signers_.boot("debian", 7)), 201);
    const auto nonce = rootfs::fresh_nonce();
    const auto answer = request("POST", "/api/v1/statement", json({{"nonce", base64(as_bytes(nonce))}}).dump());
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto statement = rootfs::Statement::open(policy_, *rootfs::Envelope::parse(answer.body), nonce);
    ASSERT_TRUE(statement) << statement.error().sentence;
    EXPECT_TRUE(statement->allows({{"boot", "debian"}, 7}, "{}", std::chrono::seconds(0)));
    EXPECT_EQ(statement->allows({{"boot", "debian"}, 6}, "{}", std::chrono::seconds(0)).error().reason,
              "number-too-low");
}

TEST_F(Records, MenusListWhatIsPublished)
{
    install_policy(1);
    const auto add = [&](const char* record) {
        return admin(
                   "POST", "/api/v1/entries",
                   json(
                       {{"kind", "system"}, {"record", record}, {"title", {{"en", record}}}, {"auto_seconds", nullptr}})
                       .dump())
            .status;
    };
    ASSERT_EQ(add("boot/debian"), 201);
    ASSERT_EQ(add("boot/later"), 201);
    ASSERT_EQ(publish(signers_.boot("debian", 5)), 201);
    ASSERT_EQ(publish(signers_.gui("standard", 1)), 201);
    const auto menu = json::parse(request("GET", "/api/v1/menu?for=preboot&mac=52:54:00:00:00:01").body);
    ASSERT_EQ(menu["entries"].size(), 1U);
    EXPECT_EQ(menu["entries"][0]["record"], "boot/debian");
    EXPECT_EQ(menu["entries"][0]["number"], 5);
    EXPECT_EQ(menu["gui"], "gui/standard");
    EXPECT_EQ(menu["policy"], 1);
    EXPECT_EQ(menu["sources"], json::parse(R"([{"url": "https://127.0.0.1:8443/store"}])"));
    EXPECT_TRUE(json::parse(request("GET", "/api/v1/menu?for=session").body)["entries"].empty());
    EXPECT_EQ(request("GET", "/api/v1/menu?for=toaster").status, 400);
    ASSERT_EQ(publish(signers_.boot("later", 1)), 201);
    EXPECT_EQ(json::parse(request("GET", "/api/v1/menu").body)["entries"].size(), 2U);
}

TEST_F(Records, ALaterPolicyMustSucceedTheOldOne)
{
    install_policy(1);
    write_whole(folder_.path / "other", Signers().policy(2));
    EXPECT_NE(command({"policy", (folder_.path / "other").string()}), 0);
    EXPECT_EQ(command({"policy", (folder_.path / "policy").string()}), 0); // the same again is no change
    install_policy(2);
    EXPECT_EQ(json::parse(request("GET", "/api/v1/menu").body)["policy"], 2);
}

TEST_F(Records, VersionsAreDraftedPublishedRolledBackAndRevoked)
{
    install_policy(1);
    const auto series = [&] { return admin("GET", "/api/v1/series/boot/debian"); };
    const auto put = [&](const std::string& path, const json& body, const std::string& etag) {
        return admin("PUT", "/api/v1/series/boot/debian" + path, body.dump(), {{"If-Match", etag}}).status;
    };
    const auto statement = [&] {
        const auto nonce = rootfs::fresh_nonce();
        const auto answer = request("POST", "/api/v1/statement", json({{"nonce", base64(as_bytes(nonce))}}).dump());
        auto opened = rootfs::Statement::open(policy_, *rootfs::Envelope::parse(answer.body), nonce);
        EXPECT_TRUE(opened);
        return *opened;
    };
    const auto allowed = [&](std::uint64_t number) -> std::string {
        const auto payload = rootfs::Envelope::parse(signers_.boot("debian", number))->payload;
        const auto allows = statement().allows({{"boot", "debian"}, number}, payload, std::chrono::seconds(0));
        return allows ? "allowed" : allows.error().reason;
    };
    const auto offered = [&] { return request("GET", "/api/v1/records/boot/debian").body; };
    ASSERT_EQ(
        admin("POST", "/api/v1/entries", R"({"kind": "system", "record": "boot/debian", "title": {"en": "Debian"}})")
            .status,
        201);
    ASSERT_EQ(publish(signers_.boot("debian", 1)), 201);
    ASSERT_EQ(admin("POST", "/api/v1/records?state=draft", signers_.boot("debian", 2)).status, 201);
    EXPECT_EQ(admin("POST", "/api/v1/records?state=gone", signers_.boot("debian", 3)).status, 400);

    // A draft: nobody but who works with the catalog sees it.
    EXPECT_EQ(offered(), signers_.boot("debian", 1));
    EXPECT_EQ(request("GET", "/api/v1/records/boot/debian/2").status, 404);
    EXPECT_EQ(admin("GET", "/api/v1/records/boot/debian/2").body, signers_.boot("debian", 2));
    EXPECT_EQ(json::parse(request("GET", "/api/v1/menu").body)["entries"][0]["number"], 1);

    auto etag = series().headers.at("etag");
    EXPECT_EQ(put("/2", {{"state", "published"}}, "\"another\""), 412);
    EXPECT_EQ(put("/2", {{"state", "published"}}, etag), 200);
    EXPECT_EQ(offered(), signers_.boot("debian", 2));
    EXPECT_EQ(allowed(1), "number-too-low");

    etag = series().headers.at("etag");
    EXPECT_EQ(put("", {{"current", 1}, {"lowest", 2}}, etag), 409);
    EXPECT_EQ(put("", {{"current", 1}, {"lowest", nullptr}}, etag), 200);
    EXPECT_EQ(put("", {{"current", 2}}, etag), 412);
    EXPECT_EQ(offered(), signers_.boot("debian", 1));
    EXPECT_EQ(json::parse(request("GET", "/api/v1/menu").body)["entries"][0]["number"], 1);
    EXPECT_EQ(allowed(1), "allowed");
    EXPECT_EQ(allowed(2), "allowed"); // no PC is kept from what is published

    EXPECT_EQ(put("/2", {{"state", "revoked"}}, "*"), 200);
    EXPECT_EQ(allowed(1), "allowed");
    EXPECT_EQ(allowed(2), "revoked");
    EXPECT_EQ(request("GET", "/api/v1/records/boot/debian/2").status, 404);
    const auto now = json::parse(series().body);
    EXPECT_EQ(now["current"], 1);
    EXPECT_EQ(now["floor"], 1);
    EXPECT_EQ(now["versions"][0]["state"], "revoked");

    EXPECT_EQ(put("/1", {{"state", "retired"}}, "*"), 200);
    EXPECT_EQ(request("GET", "/api/v1/records/boot/debian").status, 404);
    EXPECT_TRUE(json::parse(request("GET", "/api/v1/menu").body)["entries"].empty());
    const auto log = json::parse(admin("GET", "/api/v1/audit?object=record:boot/debian").body)["audit"];
    ASSERT_EQ(log.size(), 6U) << log.dump(1);
    EXPECT_EQ(log[1]["after"], json::parse(R"({"current": 1, "lowest": null, "states": {"2": "revoked"}})"));
    EXPECT_EQ(log[2]["before"], json::parse(R"({"current": 2, "lowest": null})"));
    EXPECT_EQ(log[2]["after"], json::parse(R"({"current": 1, "lowest": null})"));
}

TEST_F(Records, AnOfferingComposesWithRulesAndKeepsItsVersion)
{
    install_policy(1);
    const auto publish_vm = [&](std::uint64_t number) {
        rootfs::VmRecord record;
        record.header = {{"vm", "exam"}, number};
        record.title = "Exam";
        record.image = {sha256({}), 80, 1};
        record.machine.os = "http://debian.org/debian/12";
        return publish(Signers::envelope("vm", record.to_json(), signers_.publisher));
    };
    const auto menu = [&] { return json::parse(request("GET", "/api/v1/menu?for=session").body)["entries"]; };
    const auto make = [&](const std::string& path, const json& body) {
        return json::parse(admin("POST", "/api/v1/" + path, body.dump()).body).value("id", 0);
    };
    const auto lowest = [&] { return json::parse(admin("GET", "/api/v1/series/vm/exam").body).value("floor", json()); };
    ASSERT_EQ(publish_vm(1), 201);
    ASSERT_EQ(publish_vm(2), 201);
    const json offering{
        {"version", 1}, {"memory_mib", {{"min", 1024}, {"percent", 75}}}, {"network", "none"}, {"exam", true}};
    const auto id = make("entries", {{"kind", "vm"},
                                     {"record", "vm/exam"},
                                     {"title", {{"en", "Exam Databases"}}},
                                     {"visible", false},
                                     {"offering", offering}});
    const auto here = make("locations", {{"name", {{"en", "Here"}}}, {"subnets", {"127.0.0.0/8"}}});
    const auto elsewhere = make("locations", {{"name", {{"en", "Elsewhere"}}}, {"subnets", {"10.0.0.0/8"}}});
    ASSERT_TRUE(id && here && elsewhere);
    EXPECT_TRUE(menu().empty()); // no rule shows it

    // The rule says where and when, the entry how.
    const auto rule = [&](int location, const char* from, const char* to) {
        return json{{"name", {{"en", "Exam"}}},
                    {"exam", true},
                    {"location", location},
                    {"only", {id}},
                    {"time", {{"zone", "Europe/Berlin"}, {"dates", {{"from", from}, {"to", to}}}}}};
    };
    ASSERT_TRUE(make("rules", rule(elsewhere, "2000-01-01", "2099-12-31")));
    ASSERT_TRUE(make("rules", rule(here, "2000-01-01", "2000-01-02")));
    EXPECT_TRUE(menu().empty());
    ASSERT_TRUE(make("rules", rule(here, "2000-01-01", "2099-12-31")));
    const auto shown = menu();
    ASSERT_EQ(shown.size(), 1U);
    EXPECT_EQ(shown[0]["number"], 1); // not the newest
    EXPECT_EQ(shown[0]["offering"]["version"], 1);
    EXPECT_EQ(shown[0]["offering"]["memory_mib"]["percent"], 75);
    EXPECT_EQ(shown[0]["offering"]["network"], "none");
    EXPECT_EQ(shown[0]["offering"]["exam"], true);
    EXPECT_EQ(lowest(), 1); // a PC must be able to take it

    EXPECT_EQ(admin("PUT", "/api/v1/series/vm/exam/1", R"({"state": "retired"})", {{"If-Match", "*"}}).status, 200);
    EXPECT_TRUE(menu().empty());
    EXPECT_EQ(lowest(), 2);
    const auto why = json::parse(admin("GET", "/api/v1/explain?for=session&address=127.0.0.1").body)["entries"][0];
    EXPECT_EQ(why["cause"], "unpublished");
}

TEST_F(Records, ToolsNeedNoRecordAndMayStartByThemselves)
{
    install_policy(1);
    EXPECT_EQ(
        admin("POST", "/api/v1/entries", R"({"kind": "tool", "record": "tool/format", "title": {"en": "Format"}})")
            .status,
        400);
    ASSERT_EQ(admin("POST", "/api/v1/entries",
                    R"({"kind": "tool", "record": "tool/local-disk", "title": {"en": "Disk"}, "auto_seconds": 10})")
                  .status,
              201);
    const auto menu = json::parse(request("GET", "/api/v1/menu").body);
    ASSERT_EQ(menu["entries"].size(), 1U);
    EXPECT_EQ(menu["entries"][0]["record"], "tool/local-disk");
    EXPECT_EQ(menu["entries"][0]["number"], nullptr);
    EXPECT_EQ(menu["auto"]["seconds"], 10);
    EXPECT_TRUE(json::parse(request("GET", "/api/v1/menu?for=session").body)["entries"].empty());
}
