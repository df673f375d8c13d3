#include "tests/integration/server/pcs.hpp"

#include <gmock/gmock.h>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;

TEST_F(Pcs, AnEnrolledPcStartsASystemAndIsFollowed)
{
    const auto key = rootfs::SigningKey::generate();
    const auto first = met(key);
    const auto id = first["pc"]["id"].get<std::int64_t>();
    EXPECT_EQ(first["pc"]["key"]["state"], "waiting");
    EXPECT_EQ(json::parse(admin("GET", "/api/v1/pcs?key=waiting").body)["pcs"].size(), 1U);
    const auto waiting = pc("report", {{"state", "preboot"}}, first["session"]);
    EXPECT_EQ(json::parse(waiting.body)["hello"], false);
    EXPECT_EQ(code_of(admin("POST", fmt::format("/api/v1/pcs/{}/commands", id), R"({"action": "reboot"})")),
              "409 not-enrolled");
    ASSERT_EQ(confirm(first).status, 200);
    EXPECT_EQ(json::parse(pc("report", {{"state", "preboot"}}, first["session"]).body)["hello"], true)
        << "the PC in the menu learns of it";

    const auto second = met(key);
    EXPECT_EQ(second["pc"]["key"]["state"], "confirmed");
    EXPECT_EQ(seen(id)["key"]["code"], first["pc"]["key"]["code"]);
    EXPECT_EQ(code_of(pc("report", {{"state", "preboot"}}, first["session"])), "401 pc-unknown");
    const json stages{{{"name", "menu-ready"}, {"seconds", 4}}, {{"name", "record-verified"}, {"seconds", 9}}};
    const auto boot =
        pc("boot-token", {{"record", "boot/debian"}, {"number", 1}, {"stages", stages}}, second["session"]);
    ASSERT_EQ(boot.status, 200) << boot.body;
    const json token = json::parse(boot.body)["token"];
    EXPECT_EQ(seen(id)["state"], "booting");
    EXPECT_EQ(seen(id)["runs"], (json{{"record", "boot/debian"}, {"number", 1}}));
    const json given{{"token", token}, {"record", "boot/debian"}};
    EXPECT_EQ(code_of(request("POST", "/api/v1/pc/system", json{{"token", token}, {"record", "boot/x"}}.dump())),
              "403 token-wrong");
    const auto system = request("POST", "/api/v1/pc/system", given.dump());
    ASSERT_EQ(system.status, 200) << system.body;
    EXPECT_EQ(code_of(request("POST", "/api/v1/pc/system", given.dump())), "403 token-wrong") << "once";
    const auto session = json::parse(system.body)["session"];

    ASSERT_EQ(admin("POST", fmt::format("/api/v1/pcs/{}/commands", id), R"({"action": "reboot"})").status, 201);
    const auto report = json::parse(
        pc("report", {{"state", "running"}, {"stages", {{{"name", "root-mounted"}, {"seconds", 8}}}}}, session).body);
    EXPECT_EQ(report["command"]["action"], "reboot");
    EXPECT_EQ(seen(id)["state"], "running");
    pc("report",
       {{"state", "off"}, {"ending", "reboot"}, {"done", {{"id", report["command"]["id"]}, {"outcome", "done"}}}},
       session);
    EXPECT_EQ(seen(id)["state"], "off");
    EXPECT_EQ(json::parse(admin("GET", "/api/v1/pcs").body)["pcs"][0]["runs"], nullptr);
    const auto commands = json::parse(admin("GET", fmt::format("/api/v1/pcs/{}/commands", id)).body)["commands"];
    EXPECT_EQ(commands[0]["outcome"], "done");
    EXPECT_EQ(commands[0]["by"], "token test");
    met(key, "2");
    const auto boots = json::parse(admin("GET", fmt::format("/api/v1/pcs/{}/boots", id)).body)["boots"];
    ASSERT_EQ(boots.size(), 2U);
    EXPECT_EQ(boots[1]["ending"], "reboot");
    EXPECT_EQ(boots[1]["record"], "boot/debian");
    EXPECT_EQ(boots[1]["stages"][1]["name"], "record-verified");
    EXPECT_EQ(boots[1]["system_stages"][0]["name"], "root-mounted");
}

TEST_F(Pcs, ASystemRestartsWithoutThePrebootSystem)
{
    const auto key = rootfs::SigningKey::generate();
    const auto first = met(key);
    const auto id = first["pc"]["id"].get<std::int64_t>();
    ASSERT_EQ(confirm(first).status, 200);
    const auto begin = [&](const json& session, int number) {
        const json wanted{{"record", "boot/debian"}, {"number", number}};
        const auto token = pc("boot-token", wanted, session);
        EXPECT_EQ(token.status, 200) << token.body;
        auto given = wanted;
        given["token"] = json::parse(token.body)["token"];
        return given;
    };
    const auto system_of = [&](const json& given) {
        const auto answer = request("POST", "/api/v1/pc/system", given.dump());
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json::parse(answer.body)["session"];
    };
    const auto old_session = system_of(begin(met(key)["session"], 1));
    pc("report", {{"state", "running"}}, old_session);
    const auto told = [&](const char* what) { return admin("POST", fmt::format("/api/v1/pcs/{}/commands", id), what); };
    EXPECT_EQ(code_of(told(R"({"action": "kexec-reboot", "record": "boot/other"})")), "409 record-unknown");
    ASSERT_EQ(told(R"({"action": "kexec-reboot", "record": "boot/debian"})").status, 201);
    const auto command = json::parse(pc("report", {{"state", "running"}}, old_session).body)["command"];
    EXPECT_EQ(command["action"], "kexec-reboot");
    EXPECT_EQ(command["record"], "boot/debian");

    const auto next = begin(old_session, 2);
    EXPECT_EQ(seen(id)["state"], "running") << "it goes on until it ends";
    pc("report", {{"state", "off"}, {"ending", "reboot"}}, old_session);
    const auto session = system_of(next);
    EXPECT_EQ(seen(id)["state"], "booting");
    EXPECT_EQ(seen(id)["runs"], (json{{"record", "boot/debian"}, {"number", 2}}));
    EXPECT_EQ(code_of(pc("report", {{"state", "running"}}, old_session)), "401 pc-unknown");
    EXPECT_EQ(code_of(pc("report", {{"state", "running"}}, session)), "200 ");
    const auto boots = json::parse(admin("GET", fmt::format("/api/v1/pcs/{}/boots", id)).body)["boots"];
    ASSERT_EQ(boots.size(), 2U);
    EXPECT_EQ(boots[0]["ending"], nullptr);
    EXPECT_EQ(boots[1]["ending"], "reboot");
    EXPECT_EQ(boots[1]["number"], 1);

    // In the boot menu, it is an ordinary command.
    ASSERT_EQ(told(R"({"action": "kexec-reboot"})").status, 201);
    EXPECT_EQ(met(key, "5")["command"]["action"], "reboot");
}

TEST_F(Pcs, ACrashIsSeenWhenThePcComesUpAgain)
{
    const auto first = met(std::nullopt);
    const auto id = first["pc"]["id"].get<std::int64_t>();
    const auto token =
        json::parse(pc("boot-token", {{"record", "boot/debian"}, {"number", 1}}, first["session"]).body)["token"];
    const auto system = json::parse(
        request("POST", "/api/v1/pc/system", json{{"token", token}, {"record", "boot/debian"}}.dump()).body);
    pc("report", {{"state", "running"}}, system["session"]);
    met(std::nullopt, "2");
    const auto boots = json::parse(admin("GET", fmt::format("/api/v1/pcs/{}/boots", id)).body)["boots"];
    ASSERT_EQ(boots.size(), 2U);
    EXPECT_EQ(boots[1]["ending"], "crash");
    EXPECT_EQ(code_of(pc("report", {{"state", "running"}}, system["session"])), "401 pc-unknown");
}
