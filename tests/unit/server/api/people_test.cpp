#include "server/catalog/users.hpp"
#include "server/trust/password.hpp"
#include "tests/unit/server/api/api_fixture.hpp"

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;

namespace
{

class PeopleTest : public ApiTest
{
protected:
    void SetUp() override
    {
        ApiTest::SetUp();
        if (HasFatalFailure() || IsSkipped())
            return;
        ASSERT_TRUE(change([](catalog::Connection& each) {
            return catalog::set_admin(each, "admin", server::hash_password("the first password"));
        }));
        all_ = user({{{"rights", {"*"}}}}, "chief");
        manager_ =
            user({{{"rights", {"users.manage", "catalog.read"}}}, {{"rights", {"rules.edit"}}, {"object", "entry:1"}}},
                 "manager");
    }
    std::int64_t role(const json& rights)
    {
        return make(all_, "roles", {{"name", {{"en", "Role"}}}, {"rights", rights}});
    }
    std::string ask(const Caller& caller, const std::string& method, const std::string& path,
                    const json& body = nullptr, const std::string& if_match = "*")
    {
        return call(caller, method, "/api/v1/" + path, body.is_null() ? "" : body.dump(), if_match).summary();
    }
    Caller log_in(const std::string& name, const std::string& password)
    {
        const auto answer = call({}, "POST", "/api/v1/session", json({{"user", name}, {"password", password}}).dump());
        last_login_ = answer.summary();
        if (answer.status != 200)
            return {};
        return {.cookie = answer.cookie, .csrf = answer.json()["csrf"]};
    }

    Caller all_;
    Caller manager_;
    std::string last_login_;
};

FARBOOT_ON_EACH_DATABASE(PeopleTest);

} // namespace

TEST_P(PeopleTest, AreMadeChangedAndRemovedByWhoHasSeenThem)
{
    const auto read = role({"catalog.read"});
    const auto group = make(all_, "groups", {{"name", "staff"}, {"roles", {{{"role", read}}}}});
    const json anna{{"name", "anna"}, {"groups", {group}}, {"full_name", "Anna <b>"}};
    const auto id = make(all_, "users", anna);
    const auto path = fmt::format("users/{}", id);
    const auto seen = call(all_, "GET", "/api/v1/" + path);
    EXPECT_EQ(seen.json()["groups"], json::array({group}));
    EXPECT_EQ(seen.json()["has_password"], false);
    EXPECT_EQ(ask(all_, "POST", "users", anna), "409 name-taken name");
    EXPECT_EQ(ask(all_, "POST", "users", {{"name", "a b"}}), "400 user-malformed name");
    EXPECT_EQ(ask(all_, "POST", "users", {{"name", "b"}, {"groups", {99}}}), "409 group-unknown groups");
    EXPECT_EQ(ask(all_, "PUT", path, anna, seen.etag), "200");
    EXPECT_EQ(ask(all_, "PUT", path, anna, seen.etag), "412 changed-meanwhile");
    EXPECT_EQ(ask(all_, "DELETE", path, nullptr, seen.etag), "412 changed-meanwhile");
    EXPECT_EQ(ask(all_, "DELETE", path), "204");
    EXPECT_EQ(ask(all_, "GET", path), "404 not-found");
    EXPECT_EQ(ask(all_, "DELETE", fmt::format("roles/{}", read)), "409 in-use");
    EXPECT_EQ(ask(all_, "DELETE", fmt::format("groups/{}", group)), "204");
    EXPECT_EQ(ask(all_, "DELETE", fmt::format("roles/{}", read)), "204");
    EXPECT_EQ(ask(all_, "DELETE", "roles/1"), "409 built-in");
}

TEST_P(PeopleTest, NobodyGivesAwayMoreThanHeHas)
{
    const auto read = role({"catalog.read"});
    const auto rules = role({"rules.edit"});
    const auto powerful = make(all_, "groups", {{"name", "powerful"}, {"roles", {{{"role", 1}}}}});
    const auto weak = make(all_, "groups", {{"name", "weak"}, {"roles", {{{"role", read}}}}});
    const auto above = "403 right-above";
    // a user with more
    EXPECT_EQ(ask(manager_, "POST", "users", {{"name", "a"}, {"roles", {{{"role", 1}}}}}), above);
    EXPECT_EQ(ask(manager_, "POST", "users", {{"name", "a"}, {"roles", {{{"role", rules}}}}}), above);
    EXPECT_EQ(ask(manager_, "POST", "users", {{"name", "a"}, {"roles", {{{"role", rules}, {"object", "entry:2"}}}}}),
              above);
    EXPECT_EQ(ask(manager_, "POST", "users", {{"name", "a"}, {"groups", {powerful}}}), above);
    EXPECT_EQ(ask(manager_, "POST", "users",
                  {{"name", "a"},
                   {"groups", {weak}},
                   {"roles", {{{"role", read}}, {{"role", rules}, {"object", "entry:1"}}}}}),
              "201");
    // himself
    const auto self = fmt::format("users/{}", manager_.user);
    EXPECT_EQ(ask(manager_, "PUT", self, {{"name", "manager"}, {"roles", {{{"role", 1}}}}}), above);
    EXPECT_EQ(ask(manager_, "PUT", self, {{"name", "manager"}, {"groups", {powerful}}}), above);
    // a group's, which he may be in
    EXPECT_EQ(ask(manager_, "PUT", fmt::format("groups/{}", weak), {{"name", "weak"}, {"roles", {{{"role", 1}}}}}),
              above);
    EXPECT_EQ(ask(manager_, "PUT", fmt::format("groups/{}", powerful),
                  {{"name", "powerful"}, {"ldap", {"cn=mine,dc=x"}}, {"roles", {{{"role", 1}}}}}),
              above);
    // a role that somebody has
    EXPECT_EQ(
        ask(manager_, "PUT", fmt::format("roles/{}", read), {{"name", {{"en", "x"}}}, {"rights", {"rules.edit"}}}),
        above);
    EXPECT_EQ(
        ask(manager_, "PUT", fmt::format("roles/{}", rules), {{"name", {{"en", "x"}}}, {"rights", json::array()}}),
        above);
    EXPECT_EQ(ask(manager_, "POST", "roles", {{"name", {{"en", "x"}}}, {"rights", {"*"}}}), above);
    // somebody above him: changed, removed, given another password
    const auto chief = fmt::format("users/{}", all_.user);
    EXPECT_EQ(ask(manager_, "PUT", chief, {{"name", "chief"}}), above);
    EXPECT_EQ(ask(manager_, "DELETE", chief), above);
    EXPECT_EQ(ask(manager_, "PUT", chief + "/password", {{"password", "a long password"}}), above);
    // tokens
    EXPECT_EQ(ask(manager_, "POST", "tokens", {{"name", "t"}, {"scope", {{{"rights", {"rules.edit"}}}}}}), above);
    EXPECT_EQ(ask(manager_, "POST", "tokens",
                  {{"name", "t"}, {"scope", {{{"rights", {"rules.edit"}}, {"object", "entry:1"}}}}}),
              "201");
}

TEST_P(PeopleTest, TheLastManagerStays)
{
    EXPECT_EQ(ask(all_, "DELETE", "users/1"), "409 last-manager"); // the others have no password
    EXPECT_EQ(ask(all_, "PUT", "users/1", {{"name", "admin"}, {"enabled", false}, {"roles", {{{"role", 1}}}}}),
              "409 last-manager");
    EXPECT_EQ(ask(all_, "PUT", "users/1", {{"name", "admin"}}), "409 last-manager");
    EXPECT_EQ(ask(all_, "PUT", fmt::format("users/{}/password", all_.user), {{"password", "a long password"}}), "204");
    EXPECT_EQ(ask(all_, "DELETE", "users/1"), "401 login-needed"); // that has ended his sessions
}

TEST_P(PeopleTest, PasswordsAreSetAndEndOtherSessions)
{
    const auto id = make(all_, "users", {{"name", "anna"}});
    const auto path = fmt::format("users/{}/password", id);
    log_in("anna", "");
    EXPECT_EQ(last_login_, "400 json-malformed");
    EXPECT_EQ(ask(all_, "PUT", path, {{"password", "short"}}), "400 password-length password");
    EXPECT_EQ(ask(all_, "PUT", path, {{"password", std::string(300, 'x')}}), "400 password-length password");
    EXPECT_EQ(ask(all_, "PUT", "users/99/password", {{"password", "a long password"}}), "404 not-found");
    EXPECT_EQ(ask(all_, "PUT", path, {{"password", "a long password"}}), "204");
    const auto first = log_in("anna", "a long password");
    EXPECT_EQ(last_login_, "200");
    const auto second = log_in("anna", "a long password");
    const json session = call(first, "GET", "/api/v1/session").json();
    EXPECT_EQ(session["user"], "anna");
    EXPECT_EQ(session["rights"], json::array());
    EXPECT_EQ(session["own_password"], true);
    const auto change_own = [&](const Caller& caller, const std::string& old, const std::string& fresh) {
        return ask(caller, "PUT", "session/password", {{"old", old}, {"new", fresh}});
    };
    EXPECT_EQ(change_own(first, "wrong", "another password"), "403 password-wrong old");
    EXPECT_EQ(change_own(first, "a long password", "short"), "400 password-length new");
    EXPECT_EQ(change_own(first, "a long password", "another password"), "204");
    EXPECT_EQ(ask(first, "GET", "session"), "200");
    EXPECT_EQ(ask(second, "GET", "session"), "401 login-needed");
    log_in("anna", "a long password");
    EXPECT_EQ(last_login_, "401 login-wrong");
    log_in("anna", "another password");
    EXPECT_EQ(last_login_, "200");
    const auto log = call(all_, "GET", "/api/v1/audit").body;
    for (const char* secret : {"a long password", "another password", "argon2"})
        EXPECT_EQ(log.find(secret), std::string::npos);
    EXPECT_EQ(change_own({.token = "x"}, "a", "b"), "401 login-needed");
}

TEST_P(PeopleTest, WhoIsDisabledIsOutAtOnce)
{
    const auto anna = user({{{"rights", {"catalog.read"}}}}, "anna");
    EXPECT_EQ(ask(anna, "GET", "entries"), "200");
    EXPECT_EQ(ask(all_, "PUT", fmt::format("users/{}", anna.user), {{"name", "anna"}, {"enabled", false}}), "200");
    EXPECT_EQ(ask(anna, "GET", "entries"), "401 login-needed");
    const auto bert = user({{{"rights", {"catalog.read"}}}}, "bert");
    EXPECT_EQ(ask(all_, "PUT", fmt::format("users/{}", bert.user), {{"name", "bert"}}), "200");
    EXPECT_EQ(ask(bert, "GET", "entries"), "403 right-missing"); // his rights are gone in the running session, too
}

TEST_P(PeopleTest, TheAuditLogIsReadPageByPage)
{
    for (int i = 0; i < 5; ++i)
        make(all_, "groups", {{"name", fmt::format("g{}", i)}});
    const auto read = [&](const std::string& query) { return call(all_, "GET", "/api/v1/audit?" + query).json(); };
    const auto first = read("object=group:&limit=2");
    ASSERT_EQ(first["audit"].size(), 2U);
    EXPECT_EQ(first["audit"][0]["object"], "group:5");
    EXPECT_EQ(first["audit"][0]["action"], "create");
    EXPECT_EQ(first["audit"][0]["before"], nullptr);
    EXPECT_EQ(first["audit"][0]["after"]["name"], "g4");
    const auto second = read(fmt::format("object=group:&limit=2&before={}", first["next"].get<int>()));
    EXPECT_EQ(second["audit"][0]["object"], "group:3");
    const auto third = read(fmt::format("object=group:&limit=2&before={}", second["next"].get<int>()));
    EXPECT_EQ(third["audit"].size(), 1U);
    EXPECT_EQ(third["next"], nullptr);
    EXPECT_EQ(read("user=nobody")["audit"].size(), 0U);
    EXPECT_EQ(read("until=2026-01-31T12:00:00Z")["audit"].size(), 0U);
    for (const char* query : {"limit=0", "limit=1001", "limit=x", "before=-1", "from=yesterday", "until=2026"})
        EXPECT_EQ(call(all_, "GET", std::string("/api/v1/audit?") + query).status, 400) << query;
    EXPECT_EQ(call(manager_, "GET", "/api/v1/audit").status, 403);
}
