#include "tests/integration/server/pcs.hpp"

#include <gmock/gmock.h>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;

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
