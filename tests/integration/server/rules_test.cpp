#include "rootfs/base/encoding.hpp"
#include "rootfs/record/policy.hpp"
#include "tests/integration/server/each_database.hpp"
#include "tests/unit/server/catalog/signers.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <csignal>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;
using testing::HasSubstr;
using Ids = std::vector<int>;

namespace
{

/// A server on each database, with two published systems (1, 2), a hidden one (3) and a virtual machine's entry (4).
class Rules : public EachDatabase
{
protected:
    void SetUp() override
    {
        more_options_ = {"--proxy", "127.0.0.1"}; // so that a request may come from anywhere
        EachDatabase::SetUp();
        if (HasFatalFailure() || IsSkipped())
            return;
        const Signers signers;
        write_whole(folder_.path / "policy", signers.policy(1));
        std::string output;
        ASSERT_EQ(command({"policy", (folder_.path / "policy").string()}, &output), 0) << output;
        ASSERT_EQ(admin("POST", "/api/v1/records", signers.boot("debian", 1)).status, 201);
        for (const bool visible : {true, true, false})
            make("entries",
                 {{"kind", "system"}, {"record", "boot/debian"}, {"title", {{"en", "x"}}}, {"visible", visible}});
        make("entries", {{"kind", "vm"}, {"record", "vm/windows"}, {"title", {{"en", "x"}}}});
    }

    /// Gives the id.
    std::int64_t make(const std::string& what, const json& body)
    {
        const auto answer = admin("POST", "/api/v1/" + what, body.dump());
        EXPECT_EQ(answer.status, 201) << answer.body;
        return answer.status == 201 ? json::parse(answer.body)["id"].get<std::int64_t>() : 0;
    }
    std::int64_t make_location(json body)
    {
        body["name"] = {{"en", "Room"}};
        return make("locations", body);
    }
    std::int64_t make_rule(json body)
    {
        body["name"] = {{"en", "Rule"}};
        return make("rules", body);
    }
    json menu_of(const std::string& address, const std::string& query = "")
    {
        return json::parse(request("GET", "/api/v1/menu?" + query, "", {{"X-Forwarded-For", address}}).body);
    }
    Ids shown(const std::string& address, const std::string& query = "")
    {
        Ids ids;
        const auto menu = menu_of(address, query);
        for (const auto& entry : menu["entries"])
            ids.push_back(entry["id"]);
        return ids;
    }
    /// Status, code and field of an error.
    std::string refusal(const Answer& answer)
    {
        const auto body = json::parse(answer.body, nullptr, false);
        if (!body.is_object() || !body.contains("error"))
            return std::to_string(answer.status);
        const auto& error = body["error"];
        EXPECT_FALSE(error["sentence"].get<std::string>().empty());
        return fmt::format("{} {} {}", answer.status, error["code"].get<std::string>(), error.value("field", "-"));
    }
    std::string refused(const std::string& what, const std::string& body)
    {
        return refusal(admin("POST", "/api/v1/" + what, body));
    }
};

FARBOOT_ON_EACH_SERVER(Rules);

const std::string uuid = "4c4c4544-0042-3510-8052-b4c04f4e4d32";

} // namespace

TEST_P(Rules, MenusGoByAddressMacAndUuid)
{
    const auto campus = make_location({{"subnets", {"10.0.0.0/8", "2001:db8::/32"}}});
    const auto seat = make_location({{"parent", campus}, {"macs", {"52:54:00:00:00:01"}}});
    const auto board = make_location({{"parent", seat}, {"uuids", {uuid}}});
    make_rule({{"location", campus}, {"only", {1}}});
    make_rule({{"location", seat}, {"only", {2, 3}}, {"auto", {{"id", 3}, {"seconds", 7}}}, {"default", 2}});
    make_rule({{"location", board}, {"hide", {2}}});
    const auto lab = make_location({{"dhcp", {"domain=Chem.example.org"}}});
    make_rule({{"location", lab}, {"only", {3}}});
    EXPECT_EQ(shown("192.168.0.1"), (Ids{1, 2}));
    EXPECT_EQ(shown("192.168.0.1", "dhcp=domain%3Dchem.example.org.&dhcp=server%3D192.168.0.2"), (Ids{3}));
    EXPECT_EQ(shown("10.1.2.3", "dhcp=domain%3Dchem.example.org"), (Ids{1})) << "as deep, and more exact";
    EXPECT_EQ(refusal(admin("GET", "/api/v1/explain?dhcp=domain")), "400 parameter-malformed dhcp");
    EXPECT_EQ(shown("10.1.2.3"), (Ids{1}));
    EXPECT_EQ(shown("2001:db8:5::1"), (Ids{1}));
    EXPECT_EQ(shown("10.1.2.3", "mac=52:54:00:00:00:01"), (Ids{2, 3}));
    EXPECT_EQ(shown("192.168.0.1", "mac=52-54-00-00-00-01"), (Ids{2, 3}));
    EXPECT_EQ(shown("10.1.2.3", "mac=52:54:00:00:00:01&uuid=" + uuid), (Ids{3}));
    EXPECT_EQ(shown("10.1.2.3", "mac=nonsense&uuid=nonsense"), (Ids{1}));
    const auto menu = menu_of("10.1.2.3", "mac=52:54:00:00:00:01");
    EXPECT_EQ(menu["auto"], json::parse(R"({"id": 3, "seconds": 7})"));
    EXPECT_EQ(menu["default"], 2);
    EXPECT_EQ(menu_of("10.1.2.3", "mac=52:54:00:00:00:01&uuid=" + uuid)["default"], nullptr);
    EXPECT_EQ(refusal(request("GET", "/api/v1/menu?memory_mib=much")), "400 parameter-malformed memory_mib");
}

TEST_P(Rules, MenusGoByHardwareAndUser)
{
    const auto big =
        make("hardware-classes", {{"name", {{"en", "Big"}}}, {"vendor", "dell*"}, {"memory_mib", {{"min", 8000}}}});
    const auto nvidia = make("hardware-classes", {{"name", {{"en", "NVIDIA"}}}, {"gpus", {"10de"}}});
    make_rule({{"hardware", {big}}, {"show", {3}}});
    make_rule({{"hardware", {nvidia}}, {"hide", {2}}});
    make_rule({{"users", {"ännä"}}, {"groups", {"staff"}}, {"hide", {1}}});
    EXPECT_EQ(shown("10.1.2.3", "vendor=Dell+Inc.&memory_mib=16000"), (Ids{1, 2, 3}));
    EXPECT_EQ(shown("10.1.2.3", "vendor=Dell+Inc."), (Ids{1, 2}));
    EXPECT_EQ(shown("10.1.2.3", "gpus=8086:3e92,10de:1c82"), (Ids{1}));
    EXPECT_EQ(shown("10.1.2.3", "gpus=8086:10de"), (Ids{1, 2}));
    EXPECT_EQ(shown("10.1.2.3", "user=%C3%A4nn%C3%A4&group=students&group=staff"), (Ids{2}));
    EXPECT_EQ(shown("10.1.2.3", "user=anna&group=staff"), (Ids{1, 2}));
}

TEST_P(Rules, AnExamLeavesItsEntriesAlone)
{
    const auto room = make_location({{"subnets", {"10.1.2.0/24"}}});
    make_rule({{"location", room}, {"show", {1}}});
    make_rule({{"location", room},
               {"exam", true},
               {"only", {3}},
               {"time",
                {{"zone", "Europe/Berlin"}, {"once", {{{"from", "2026-02-10T08:30"}, {"to", "2026-02-10T12:00"}}}}}}});
    const auto explain = [&](const std::string& query) {
        const auto answer = admin("GET", "/api/v1/explain?" + query);
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json::parse(answer.body);
    };
    const auto before = explain("address=10.1.2.3&time=2026-02-10T07:29:59Z");
    const auto during = explain("address=10.1.2.3&time=2026-02-10T07:30:00Z");
    EXPECT_EQ(before["entries"][0]["shown"], true);
    EXPECT_EQ(before["entries"][2]["shown"], false);
    EXPECT_EQ(during["entries"][0]["shown"], false);
    EXPECT_EQ(during["entries"][2]["shown"], true);
    EXPECT_EQ(during["entries"][2]["cause"], "rule-only");
    EXPECT_EQ(during["entries"][2]["rule"], 2);
    EXPECT_THAT(during["entries"][0]["sentence"].get<std::string>(),
                HasSubstr("exam rule 2 \"Rule\" of location 1 \"Room\""));
    EXPECT_EQ(during["time"], "2026-02-10T07:30:00Z");
    EXPECT_EQ(during["place"]["match"]["location"], room);
    EXPECT_EQ(during["rules"].size(), 2U);
    EXPECT_EQ(explain("address=10.1.2.3&for=session")["entries"][0]["cause"], "unpublished");
    EXPECT_EQ(explain("")["place"]["match"], nullptr); // not the admin's own address
}

TEST_P(Rules, QuestionsHaveLimitsAndNeedALogin)
{
    EXPECT_EQ(refusal(request("GET", "/api/v1/explain")), "401 login-needed -");
    EXPECT_EQ(refusal(admin("GET", "/api/v1/explain?address=10.1")), "400 parameter-malformed address");
    EXPECT_EQ(refusal(admin("GET", "/api/v1/explain?time=today")), "400 parameter-malformed time");
    EXPECT_EQ(refusal(admin("GET", "/api/v1/explain?for=all")), "400 for-unknown for");
    EXPECT_EQ(refusal(admin("GET", "/api/v1/explain?user=" + std::string(200, 'x'))), "400 parameter-malformed user");
    for (const char* path : {"locations", "hardware-classes", "rules", "locations/1", "rules/1"})
        EXPECT_EQ(refusal(request("GET", fmt::format("/api/v1/{}", path))), "401 login-needed -") << path;
    for (const char* path : {"locations", "hardware-classes", "rules"}) {
        EXPECT_EQ(refusal(request("POST", fmt::format("/api/v1/{}", path), "{}")), "401 login-needed -") << path;
        EXPECT_EQ(refusal(request("DELETE", fmt::format("/api/v1/{}/1", path), "", {{"If-Match", "*"}})),
                  "401 login-needed -");
    }
}

TEST_P(Rules, WhoComesSecondIsToldSo)
{
    for (const auto& [what, first, second] : std::vector<std::tuple<std::string, json, json>>{
             {"locations", {{"subnets", {"10.0.0.0/8"}}}, {{"macs", {"52:54:00:00:00:01"}}}},
             {"hardware-classes", {{"vendor", "a"}}, {{"product", "b"}}},
             {"rules", {{"show", {1}}}, {{"hide", {1}}}}}) {
        auto body = first;
        body["name"] = {{"en", "One"}};
        const auto made = admin("POST", "/api/v1/" + what, body.dump());
        ASSERT_EQ(made.status, 201) << made.body;
        const auto path = made.headers.at("location");
        const auto etag = made.headers.at("etag");
        EXPECT_EQ(admin("GET", path).body, made.body);
        EXPECT_EQ(admin("GET", path).headers.at("etag"), etag);
        const auto member = what == "hardware-classes" ? "hardware_classes" : what;
        EXPECT_EQ(json::parse(admin("GET", "/api/v1/" + what).body)[member][0]["etag"], etag);
        body = second;
        body["name"] = {{"en", "Two"}};
        EXPECT_EQ(refusal(admin("PUT", path, body.dump())), "428 if-match-missing -");
        const auto changed = admin("PUT", path, body.dump(), {{"If-Match", etag}});
        ASSERT_EQ(changed.status, 200) << changed.body;
        EXPECT_EQ(admin("GET", path).body, changed.body);
        EXPECT_EQ(refusal(admin("PUT", path, body.dump(), {{"If-Match", etag}})), "412 changed-meanwhile -");
        // what was read can be written
        auto whole = json::parse(changed.body);
        whole["etag"] = changed.headers.at("etag");
        const auto again = admin("PUT", path, whole.dump(), {{"If-Match", changed.headers.at("etag")}});
        EXPECT_EQ(again.status, 200) << again.body;
        EXPECT_EQ(refusal(admin("DELETE", path)), "428 if-match-missing -");
        EXPECT_EQ(refusal(admin("DELETE", path, "", {{"If-Match", etag}})), "412 changed-meanwhile -");
        EXPECT_EQ(admin("DELETE", path, "", {{"If-Match", again.headers.at("etag")}}).status, 204);
        EXPECT_EQ(refusal(admin("GET", path)), "404 not-found -");
        EXPECT_EQ(refusal(admin("DELETE", path, "", {{"If-Match", "*"}})), "404 not-found -");
        EXPECT_EQ(refusal(admin("GET", "/api/v1/" + what + "/x")), "404 not-found -");
        EXPECT_EQ(refusal(admin("PATCH", path)), "405 method-not-allowed -");
    }
}

TEST_P(Rules, WhatOthersReferToStays)
{
    const auto outer = make_location({});
    const auto inner = make_location({{"parent", outer}});
    const auto hardware = make("hardware-classes", {{"name", {{"en", "x"}}}, {"vendor", "a"}});
    const auto rule = make_rule({{"location", inner}, {"hardware", {hardware}}, {"only", {2}}});
    const auto remove = [&](const std::string& path) {
        return refusal(admin("DELETE", "/api/v1/" + path, "", {{"If-Match", "*"}}));
    };
    const auto paths = {fmt::format("locations/{}", outer), fmt::format("locations/{}", inner),
                        fmt::format("hardware-classes/{}", hardware), std::string("entries/2")};
    for (const auto& path : paths)
        EXPECT_EQ(remove(path), "409 in-use -") << path;
    EXPECT_THAT(admin("DELETE", "/api/v1/entries/2", "", {{"If-Match", "*"}}).body, HasSubstr("Rule"));
    EXPECT_EQ(shown("10.1.2.3"), (Ids{1, 2}));
    EXPECT_EQ(remove(fmt::format("rules/{}", rule)), "204");
    EXPECT_EQ(remove(fmt::format("locations/{}", inner)), "204");
    EXPECT_EQ(remove(fmt::format("locations/{}", outer)), "204");
    EXPECT_EQ(remove(fmt::format("hardware-classes/{}", hardware)), "204");
    EXPECT_EQ(remove("entries/2"), "204");
}

TEST_P(Rules, WhatDoesNotFitGets409AndItsField)
{
    const auto a = make_location({{"subnets", {"10.0.0.0/8"}}, {"macs", {"52:54:00:00:00:01"}}, {"uuids", {uuid}}});
    const auto b = make_location({{"parent", a}});
    const auto name = R"("name": {"en": "x"})";
    const auto with = [&](const std::string& members) { return fmt::format("{{{}, {}}}", name, members); };
    EXPECT_EQ(refused("locations", with(R"("parent": 99)")), "409 parent-unknown parent");
    EXPECT_EQ(refused("locations", with(R"("subnets": ["10.0.0.0/8"])")), "409 subnet-taken subnets");
    EXPECT_EQ(refused("locations", with(R"("macs": ["52-54-00-00-00-01"])")), "409 mac-taken macs");
    EXPECT_EQ(refused("locations", with(fmt::format(R"("uuids": ["{}"])", uuid))), "409 uuid-taken uuids");
    EXPECT_EQ(refusal(admin("PUT", fmt::format("/api/v1/locations/{}", a), with(fmt::format(R"("parent": {})", b)),
                            {{"If-Match", "*"}})),
              "409 parent-cycle parent");
    EXPECT_EQ(refused("rules", with(R"("show": [99])")), "409 entry-unknown -");
    EXPECT_EQ(refused("rules", with(R"("show": [1], "location": 99)")), "409 location-unknown location");
    EXPECT_EQ(refused("rules", with(R"("show": [1], "hardware": [99])")), "409 hardware-unknown hardware");
    EXPECT_EQ(
        refused("rules", with(R"("show": [1], "time": {"zone": "Europe/Atlantis", "dates": {"to": "2026-01-01"}})")),
        "409 zone-unknown time.zone");
}

TEST_P(Rules, BadBodiesGet400)
{
    for (const auto& [what, body, error] : std::vector<std::tuple<const char*, std::string, const char*>>{
             {"locations", "", "400 location-malformed -"},
             {"locations", "[]", "400 location-malformed -"},
             {"locations", R"({"name": {"en": "<script>alert(1)</script>"}, "parent": "'; DROP TABLE location; --"})",
              "400 location-malformed parent"},
             {"locations", R"({"name": {"en": "a\u0000b"}})", "400 location-malformed name.en"},
             {"locations", R"({"name": {"en": "x"}, "subnets": ["10.0.0.1/8"]})", "400 location-malformed subnets"},
             {"locations", "{\"name\": {\"en\": \"\xff\"}}", "400 location-malformed -"},
             {"locations", std::string(1'000'000, '['), "400 location-malformed -"},
             {"hardware-classes", "{}", "400 hardware-malformed name.en"},
             {"hardware-classes", R"({"name": {"en": "x"}})", "400 hardware-malformed -"},
             {"hardware-classes", R"({"name": {"en": "x"}, "cpu_flags": ["AVX"]})", "400 hardware-malformed cpu_flags"},
             {"rules", R"({"name": {"en": "x"}})", "400 rule-malformed -"},
             {"rules", R"({"name": {"en": "x"}, "show": [1], "locaton": 3})", "400 rule-malformed locaton"},
             {"rules", R"({"name": {"en": "x"}, "show": [1], "time": {"zone": "../etc/passwd", "weekly": []}})",
              "400 rule-malformed time.zone"},
             {"rules", R"({"name": {"en": "x"}, "exam": true, "only": [1]})", "400 rule-malformed time"}})
        EXPECT_EQ(refused(what, body), error) << body.substr(0, 100);
    EXPECT_EQ(refused("rules", std::string((1 << 20) + 1, ' ')), "413 body-too-large -");
    const auto id = make_location({});
    EXPECT_EQ(refusal(admin("PUT", fmt::format("/api/v1/locations/{}", id), "{}", {{"If-Match", "*"}})),
              "400 location-malformed name.en");
    for (const char* body : {"", "[1]", R"({"ids": "1"})", R"({"ids": [0]})"})
        EXPECT_EQ(admin("PUT", "/api/v1/rules/order", body).status, 400) << body;
}

TEST_P(Rules, NamesAreKeptAsTheyAre)
{
    const json name{{"de", "Räume <b>\"'; --</b> \u202e"}, {"en", "日本語 🖥️ \\ / %00 ${x}"}};
    const auto id = make("locations", {{"name", name}});
    EXPECT_EQ(json::parse(admin("GET", fmt::format("/api/v1/locations/{}", id)).body)["name"], name);
    const auto rule = make("rules", {{"name", name}, {"users", {"' OR 1=1 --"}}, {"show", {3}}});
    EXPECT_EQ(json::parse(admin("GET", fmt::format("/api/v1/rules/{}", rule)).body)["users"][0], "' OR 1=1 --");
    EXPECT_EQ(shown("10.1.2.3", "user=%27+OR+1%3D1+--"), (Ids{1, 2, 3}));
}

TEST_P(Rules, TheirOrderDecidesAndSurvivesAKill)
{
    const auto a = make_rule({{"hide", {1}}});
    const auto b = make_rule({{"show", {1, 3}}});
    EXPECT_EQ(shown("10.1.2.3"), (Ids{2, 3}));
    EXPECT_EQ(admin("PUT", "/api/v1/rules/order", json({{"ids", {b, a}}}).dump()).status, 204);
    EXPECT_EQ(shown("10.1.2.3"), (Ids{1, 2, 3}));
    EXPECT_EQ(refusal(admin("PUT", "/api/v1/rules/order", json({{"ids", {a}}}).dump())), "409 order-outdated -");
    server_->send(SIGKILL);
    server_->wait();
    start();
    EXPECT_EQ(shown("10.1.2.3"), (Ids{1, 2, 3}));
    EXPECT_EQ(json::parse(admin("GET", "/api/v1/rules").body)["rules"][0]["id"], b);
}
