#include "rootfs/base/encoding.hpp"
#include "rootfs/record/key.hpp"
#include "rootfs/record/record.hpp"
#include "tests/integration/server/server_process.hpp"
#include "tests/unit/server/catalog/signers.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;

namespace
{

constexpr auto uuid = "4c4c4544-0042-3510-8052-b4c04f4e4d32";

/// What farboot-agent does, with the key of a disk.
class Pcs : public ServerTest
{
protected:
    void SetUp() override
    {
        more_options_ = {"--proxy", "127.0.0.1", "--restricted", "exam="}; // requests may come from anywhere
        ServerTest::SetUp();
        if (HasFatalFailure())
            return;
        write_whole(folder_.path / "policy", signers_.policy(1));
        std::string output;
        ASSERT_EQ(command({"policy", (folder_.path / "policy").string()}, &output), 0) << output;
        ASSERT_EQ(admin("POST", "/api/v1/records", signers_.boot("debian", 1)).status, 201);
        ASSERT_EQ(admin("POST", "/api/v1/entries",
                        R"({"kind": "system", "record": "boot/debian", "title": {"en": "Debian"}})")
                      .status,
                  201);
    }

    std::string challenge()
    {
        const auto answer =
            request("POST", "/api/v1/statement", json{{"nonce", base64(as_bytes(std::string(16, 'n')))}}.dump());
        EXPECT_EQ(answer.status, 200);
        return answer.headers.at("farboot-challenge");
    }
    json proof(const rootfs::SigningKey& key, const std::string& challenge, const std::string& host = "127.0.0.1")
    {
        const auto message = fmt::format("farboot-pc-1\n{}\n{}", host, challenge);
        return {{"challenge", challenge},
                {"key", "ed25519:" + base64(key.public_key().raw)},
                {"kept", "disk"},
                {"signature", base64(as_bytes(key.sign(as_bytes(message))))}};
    }
    Answer hello(json body, const std::string& from = "10.1.0.5")
    {
        if (!body.contains("uuid"))
            body["uuid"] = uuid;
        body["mac"] = "52:54:00:12:34:56";
        return request("POST", "/api/v1/pc/hello", body.dump(), {{"X-Forwarded-For", from}});
    }
    json met(const std::optional<rootfs::SigningKey>& key, const std::string& boot_id = "1",
             const std::string& from = "10.1.0.5")
    {
        json body{{"boot_id", boot_id}, {"stages", {{{"name", "network-up"}, {"seconds", 3.5}}}}};
        if (key)
            body["proof"] = proof(*key, challenge());
        const auto answer = hello(body, from);
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json::parse(answer.body);
    }
    Answer pc(const std::string& what, const json& body, const json& session)
    {
        return request("POST", "/api/v1/pc/" + what, body.dump(), {{"Farboot-Pc", session.get<std::string>()}});
    }
    json seen(std::int64_t id) { return json::parse(admin("GET", fmt::format("/api/v1/pcs/{}", id)).body); }
    Answer confirm(const json& hello)
    {
        return admin("POST", fmt::format("/api/v1/pcs/{}/enrolment", hello["pc"]["id"].get<int>()),
                     json{{"code", hello["pc"]["key"]["code"]}}.dump());
    }
    /// Publishes a system whose image is for the audience "exam".
    void publish_exam()
    {
        rootfs::BootRecord record;
        record.header = {{"boot", "exam"}, 1};
        record.title = "Exam";
        record.kernel = {sha256(as_bytes("kernel")), 6};
        record.initramfs = {{sha256(as_bytes("initramfs")), 9}};
        record.image = rootfs::ImageRef{
            .manifest = sha256(as_bytes("manifest")), .root_bytes = 80, .bytes = 4096, .audience = "exam"};
        ASSERT_EQ(
            admin("POST", "/api/v1/records", Signers::envelope("boot", record.to_json(), signers_.publisher)).status,
            201);
        ASSERT_EQ(
            admin("POST", "/api/v1/entries", R"({"kind": "system", "record": "boot/exam", "title": {"en": "Exam"}})")
                .status,
            201);
    }
    std::string code_of(const Answer& answer)
    {
        const auto body = json::parse(answer.body, nullptr, false);
        return fmt::format("{} {}", answer.status,
                           body.is_object() && body.contains("error") ? body["error"]["code"].get<std::string>() : "");
    }

    Signers signers_;
};

} // namespace

TEST_F(Pcs, OneHelloRegistersAndBringsTheMenu)
{
    const auto first = met(std::nullopt);
    EXPECT_EQ(first["menu"]["entries"].size(), 1U);
    EXPECT_EQ(first["pc"]["key"], (json{{"state", "none"}, {"code", nullptr}}));
    EXPECT_TRUE(first["session"].is_string());
    const auto id = first["pc"]["id"].get<std::int64_t>();
    const auto row = seen(id);
    EXPECT_EQ(row["state"], "preboot");
    EXPECT_EQ(row["uuid"], uuid);
    EXPECT_EQ(row["address"], "10.1.0.5");
    const auto list = json::parse(admin("GET", "/api/v1/pcs?limit=1").body);
    EXPECT_EQ(list["pcs"].size(), 1U);
    EXPECT_EQ(list["next"], nullptr);
    EXPECT_EQ(code_of(admin("GET", "/api/v1/pcs?state=flying")), "400 parameter-malformed");

    // Firmware writes anything: the PC gets its menu all the same.
    const auto nameless = request("POST", "/api/v1/pc/hello",
                                  R"({"uuid": "00000000-0000-0000-0000-000000000000", "hardware": 5, "stages": "x"})");
    ASSERT_EQ(nameless.status, 200) << nameless.body;
    EXPECT_EQ(json::parse(nameless.body)["pc"], nullptr);
    EXPECT_EQ(json::parse(nameless.body)["session"], nullptr);
    EXPECT_EQ(json::parse(nameless.body)["menu"]["entries"].size(), 1U);
    EXPECT_EQ(code_of(request("POST", "/api/v1/pc/hello", "[")), "400 json-malformed");
}

TEST_F(Pcs, AProofIsForThisServerAndFresh)
{
    const auto key = rootfs::SigningKey::generate();
    const auto good = proof(key, challenge());
    const auto with = [&](json given) { return code_of(hello({{"proof", std::move(given)}})); };
    EXPECT_EQ(with(good), "200 ");
    EXPECT_EQ(with(proof(key, challenge(), "other.example")), "403 proof-wrong");
    EXPECT_EQ(with(proof(key, "1800000000.aa.bb")), "409 challenge-stale");
    auto other_key = good;
    other_key["key"] = "ed25519:" + base64(rootfs::SigningKey::generate().public_key().raw);
    EXPECT_EQ(with(other_key), "403 proof-wrong");
    auto no_key = good;
    no_key["key"] = "p256:AAAA";
    EXPECT_EQ(with(no_key), "400 key-malformed");
    EXPECT_EQ(with({{"challenge", 1}}), "400 json-malformed");
}

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

TEST_F(Pcs, LocationsGiveAudiencesToEnrolledPcsOnly)
{
    const auto room = admin("POST", "/api/v1/locations",
                            json{{"name", {{"en", "Exam room"}}}, {"uuids", {uuid}}, {"audiences", {"exam"}}}.dump());
    ASSERT_EQ(room.status, 201) << room.body;
    EXPECT_EQ(json::parse(room.body)["audiences"], json({"exam"}));
    const auto token_for = [&](const json& session) {
        Headers headers{{"X-Forwarded-For", "10.1.0.5"}};
        if (session.is_string())
            headers.emplace_back("Farboot-Pc", session.get<std::string>());
        return code_of(request("POST", "/api/v1/store-token", R"({"audience": "exam"})", headers));
    };
    publish_exam();
    const auto record_for = [&](const json& session) {
        return request("GET", "/api/v1/records/boot/exam", "", {{"Farboot-Pc", session.get<std::string>()}}).status;
    };
    EXPECT_EQ(token_for(nullptr), "403 audience-refused");
    const auto key = rootfs::SigningKey::generate();
    const auto waiting = met(key);
    EXPECT_EQ(token_for(waiting["session"]), "403 audience-refused") << "it says the UUID, and nobody has confirmed it";
    EXPECT_EQ(waiting["menu"]["entries"].size(), 1U);
    EXPECT_EQ(record_for(waiting["session"]), 404);
    ASSERT_EQ(confirm(waiting).status, 200);
    const auto enrolled = met(key);
    EXPECT_EQ(token_for(enrolled["session"]), "200 ");
    EXPECT_EQ(enrolled["menu"]["entries"].size(), 2U);
    EXPECT_EQ(record_for(enrolled["session"]), 200) << "what the menu shows can be started";
    const auto why =
        json::parse(admin("GET", fmt::format("/api/v1/explain?pc={}", enrolled["pc"]["id"].get<int>())).body);
    EXPECT_EQ(why["place"]["path"].size(), 1U) << why;
    ASSERT_EQ(admin("DELETE", fmt::format("/api/v1/pcs/{}/enrolment", enrolled["pc"]["id"].get<int>())).status, 200);
    EXPECT_EQ(token_for(enrolled["session"]), "403 audience-refused");
}

TEST_F(Pcs, SomebodyLogsInAtAnEnrolledPcWithHisPhone)
{
    publish_exam(); // for an audience of no network; the second entry
    const auto rules =
        admin("POST", "/api/v1/rules", R"({"name": {"en": "Not for students"}, "groups": ["students"], "hide": [1]})");
    ASSERT_EQ(rules.status, 201) << rules.body;
    const auto role = admin("POST", "/api/v1/roles", R"({"name": {"en": "Reader"}, "rights": ["restricted.read"]})");
    ASSERT_EQ(role.status, 201) << role.body;
    const auto group = json::parse(admin("POST", "/api/v1/groups", R"({"name": "students"})").body)["id"];
    const auto made = admin("POST", "/api/v1/users",
                            json{{"name", "anna"},
                                 {"full_name", "Anna A."},
                                 {"groups", {group}},
                                 {"roles", {{{"role", json::parse(role.body)["id"]}, {"object", "audience:exam"}}}}}
                                .dump());
    ASSERT_EQ(made.status, 201) << made.body;
    ASSERT_EQ(admin("PUT", fmt::format("/api/v1/users/{}/password", json::parse(made.body)["id"].get<int>()),
                    R"({"password": "a long password"})", {{"If-Match", "*"}})
                  .status,
              204);
    const auto phone = request("POST", "/api/v1/session", R"({"user": "anna", "password": "a long password"})",
                               {{"Content-Type", "application/json"}});
    ASSERT_EQ(phone.status, 200) << phone.body;
    const auto cookie = phone.headers.at("set-cookie").substr(0, phone.headers.at("set-cookie").find(';'));
    const auto csrf = json::parse(phone.body)["csrf"].get<std::string>();
    const auto on_phone = [&](const char* method, const std::string& path, const std::string& body = "") {
        return request(method, path, body, {{"Cookie", cookie}, {"X-Farboot-Csrf", csrf}});
    };
    const auto menu_of = [&](const json& session) {
        return json::parse(request("GET", "/api/v1/menu?for=preboot", "",
                                   {{"Farboot-Pc", session.get<std::string>()}, {"X-Forwarded-For", "10.1.0.5"}})
                               .body);
    };
    const auto titles = [](const json& menu) {
        std::vector<std::string> found;
        for (const auto& entry : menu["entries"])
            found.push_back(entry["record"]);
        return found;
    };

    const auto key = rootfs::SigningKey::generate();
    const auto waiting = met(key);
    EXPECT_FALSE(waiting["menu"].contains("login")) << "anybody could say that he is this PC";
    EXPECT_EQ(code_of(pc("login", json::object(), waiting["session"])), "403 login-not-here");
    ASSERT_EQ(confirm(waiting).status, 200);
    const auto enrolled = met(key);
    EXPECT_EQ(enrolled["menu"]["login"], true);
    const auto session = enrolled["session"];
    const auto begun = pc("login", json::object(), session);
    ASSERT_EQ(begun.status, 200) << begun.body;
    const auto shown = json::parse(begun.body);
    const auto code = shown["user_code"].get<std::string>();
    EXPECT_THAT(shown["verification_uri_complete"].get<std::string>(), testing::EndsWith("/account/?code=" + code));
    EXPECT_GE(shown["qr"].size(), 21U);
    EXPECT_EQ(shown["qr"].size(), shown["qr"][0].get<std::string>().size());
    EXPECT_EQ(json::parse(pc("login/poll", json::object(), session).body)["state"], "waiting");

    EXPECT_EQ(code_of(request("GET", "/api/v1/account/pc-login?code=" + code)), "401 login-needed");
    const auto asked = on_phone("GET", "/api/v1/account/pc-login?code=" + code);
    ASSERT_EQ(asked.status, 200) << asked.body;
    EXPECT_EQ(json::parse(asked.body)["pc"]["id"], enrolled["pc"]["id"]);
    EXPECT_EQ(json::parse(asked.body)["pc"]["enrolled"], true);
    EXPECT_EQ(code_of(admin("POST", "/api/v1/account/pc-login", json{{"code", code}, {"confirm", true}}.dump())),
              "403 session-needed");
    EXPECT_EQ(code_of(on_phone("GET", "/api/v1/account/pc-login?code=BBBB-BBBB")), "404 code-unknown");
    ASSERT_EQ(on_phone("PUT", "/api/v1/account/favourites", R"({"entries": [2]})").status, 204);
    ASSERT_EQ(on_phone("POST", "/api/v1/account/pc-login", json{{"code", code}, {"confirm", true}}.dump()).status, 204);
    EXPECT_EQ(json::parse(pc("login/poll", json::object(), session).body)["state"], "confirmed");

    // Her menu: the rule for her group, what she may read, her favourite first.
    auto menu = menu_of(session);
    EXPECT_EQ(menu["person"], (json{{"name", "anna"}, {"full_name", "Anna A."}}));
    EXPECT_EQ(titles(menu), (std::vector<std::string>{"boot/exam"})) << menu;
    EXPECT_EQ(menu["entries"][0]["favourite"], true);
    const Headers as_pc{{"Farboot-Pc", session.get<std::string>()}, {"X-Forwarded-For", "10.1.0.5"}};
    EXPECT_EQ(request("POST", "/api/v1/store-token", R"({"audience": "exam"})", as_pc).status, 200);
    EXPECT_EQ(request("GET", "/api/v1/records/boot/exam", "", as_pc).status, 200);
    const auto own = json::parse(on_phone("GET", "/api/v1/account").body);
    EXPECT_EQ(own["pcs"][0]["id"], enrolled["pc"]["id"]);
    EXPECT_EQ(own["favourites"], json({2}));

    // It goes on in what the PC boots, and when the same start says hello again.
    const auto again = met(key);
    EXPECT_EQ(again["menu"]["person"]["name"], "anna");
    const auto token =
        json::parse(pc("boot-token", {{"record", "boot/debian"}, {"number", 1}}, again["session"]).body)["token"];
    const auto system = json::parse(
        request("POST", "/api/v1/pc/system", json{{"token", token}, {"record", "boot/debian"}}.dump()).body)["session"];
    EXPECT_EQ(menu_of(system)["person"]["name"], "anna");
    // She logs out there from afar; or the PC comes up anew.
    const auto there = fmt::format("/api/v1/account/pcs/{}", enrolled["pc"]["id"].get<int>());
    EXPECT_EQ(on_phone("DELETE", there).status, 204);
    EXPECT_EQ(on_phone("DELETE", there).status, 404);
    EXPECT_FALSE(menu_of(system).contains("person"));
    EXPECT_EQ(titles(menu_of(system)), (std::vector<std::string>{"boot/debian"}));
    const auto code2 = json::parse(pc("login", json::object(), system).body)["user_code"];
    ASSERT_EQ(on_phone("POST", "/api/v1/account/pc-login", json{{"code", code2}, {"confirm", true}}.dump()).status,
              204);
    EXPECT_EQ(menu_of(system)["person"]["name"], "anna");
    EXPECT_FALSE(met(key, "2")["menu"].contains("person")) << "the PC was switched off meanwhile";
    EXPECT_EQ(pc("login/end", json::object(), "nobody").status, 401);
}

TEST_F(Pcs, TracesOfEnrolledPcsAreKeptForProfiles)
{
    const auto key = rootfs::SigningKey::generate();
    const auto manifest = std::string(64, 'a');
    const auto text = "# farboot trace 1\n# manifest " + manifest +
                      "\n# image_bytes 8192\n# session lies\nt_seconds,offset,length\n0.000000,0,4096\n";
    const auto send = [&](const json& session, const std::string& trace) {
        return code_of(request("POST", "/api/v1/pc/trace", trace, {{"Farboot-Pc", session.get<std::string>()}}));
    };
    const auto system_of = [&](const json& hello) {
        const auto token =
            json::parse(pc("boot-token", {{"record", "boot/debian"}, {"number", 1}}, hello["session"]).body)["token"];
        return json::parse(
            request("POST", "/api/v1/pc/system", json{{"token", token}, {"record", "boot/debian"}}.dump())
                .body)["session"];
    };
    const auto waiting = met(key);
    EXPECT_EQ(send(system_of(waiting), text), "403 not-enrolled");
    EXPECT_EQ(send("nobody", text), "401 pc-unknown");
    ASSERT_EQ(confirm(waiting).status, 200);
    const auto session = system_of(met(key));
    EXPECT_EQ(send(session, "nonsense"), "400 trace-malformed");
    EXPECT_EQ(send(session, text), "204 ");
    EXPECT_EQ(send(session, text), "204 ") << "takes the place of the one before";
    const auto list = json::parse(admin("GET", "/api/v1/traces?manifest=" + manifest).body)["traces"];
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0]["session"], "boot/debian") << "what the PC says of itself does not count";
    const auto one = json::parse(admin("GET", fmt::format("/api/v1/traces/{}", list[0]["id"].get<int>())).body);
    EXPECT_THAT(one["trace"].get<std::string>(), testing::HasSubstr("# session boot/debian\n"));
    EXPECT_EQ(json::parse(admin("GET", "/api/v1/traces?manifest=" + std::string(64, 'b')).body)["traces"].size(), 0U);
    EXPECT_EQ(code_of(admin("GET", "/api/v1/traces?manifest=x")), "400 parameter-malformed");
    EXPECT_EQ(code_of(request("GET", "/api/v1/traces")), "401 login-needed");
}

TEST_F(Pcs, AdminsOnly)
{
    const auto id = met(std::nullopt)["pc"]["id"].get<std::int64_t>();
    for (const auto& [method, path] : {std::pair("GET", ""),
                                       {"GET", "/{}"},
                                       {"PUT", "/{}"},
                                       {"DELETE", "/{}"},
                                       {"POST", "/{}/enrolment"},
                                       {"DELETE", "/{}/enrolment"},
                                       {"GET", "/{}/boots"},
                                       {"GET", "/{}/commands"},
                                       {"POST", "/{}/commands"}}) {
        const auto target = "/api/v1/pcs" + fmt::format(fmt::runtime(path), id);
        EXPECT_EQ(code_of(request(method, target, method == std::string_view("GET") ? "" : "{}")), "401 login-needed")
            << method << target;
    }
    const auto row = seen(id);
    const auto target = fmt::format("/api/v1/pcs/{}", id);
    EXPECT_EQ(code_of(admin("PUT", target, R"({"name": "x"})")), "428 if-match-missing");
    const auto named = admin("PUT", target, R"({"name": "Seat 12"})", {{"If-Match", row["etag"]}});
    EXPECT_EQ(json::parse(named.body)["name"], "Seat 12");
    EXPECT_EQ(code_of(admin("DELETE", target, "", {{"If-Match", row["etag"]}})), "412 changed-meanwhile");
    EXPECT_EQ(admin("DELETE", target, "", {{"If-Match", named.headers.at("etag")}}).status, 204);
    EXPECT_EQ(code_of(admin("GET", target)), "404 not-found");
}
