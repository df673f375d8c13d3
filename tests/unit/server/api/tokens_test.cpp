#include "server/catalog/users.hpp"
#include "tests/unit/server/api/api_fixture.hpp"

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;

namespace
{

class TokensOfUsersTest : public ApiTest
{
protected:
    void SetUp() override
    {
        ApiTest::SetUp();
        if (HasFatalFailure() || IsSkipped())
            return;
        ASSERT_TRUE(change([](catalog::Connection& each) { return catalog::set_admin(each, "admin", "hash"); }));
        all_ = user({{{"rights", {"*"}}}}, "chief");
    }
    /// The token that a caller gets with this body.
    Caller token(const Caller& owner, json body)
    {
        const auto answer = call(owner, "POST", "/api/v1/tokens", body.dump());
        EXPECT_EQ(answer.status, 201) << answer.body;
        id_ = answer.json()["id"];
        return {.token = answer.json()["secret"]};
    }
    std::string ask(const Caller& caller, const std::string& method, const std::string& path,
                    const json& body = nullptr)
    {
        return call(caller, method, "/api/v1/" + path, body.is_null() ? "" : body.dump()).summary();
    }

    const json read_{{"name", "ci"}, {"scope", {{{"rights", {"catalog.read"}}}}}};
    Caller all_;
    std::int64_t id_ = 0;
};

FARBOOT_ON_EACH_DATABASE(TokensOfUsersTest);

} // namespace

TEST_P(TokensOfUsersTest, TheSecretIsShownOnce)
{
    const auto made = token(all_, read_);
    EXPECT_TRUE(made.token.starts_with("farboot_"));
    for (const char* path : {"/api/v1/tokens", "/api/v1/tokens?all=true", "/api/v1/audit"})
        EXPECT_EQ(call(all_, "GET", path).body.find(made.token), std::string::npos) << path;
    const auto list = call(all_, "GET", "/api/v1/tokens").json()["tokens"];
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0]["name"], "ci");
    EXPECT_EQ(list[0]["user"], "chief");
    EXPECT_EQ(list[0]["expires"], nullptr);
    EXPECT_EQ(list[0]["scope"], json::parse(R"([{"rights": ["catalog.read"]}])"));
    EXPECT_EQ(ask(all_, "POST", "tokens", read_), "409 name-taken name");
}

TEST_P(TokensOfUsersTest, AScopeIsALimit)
{
    const auto made = token(all_, read_);
    EXPECT_EQ(ask(made, "GET", "entries"), "200");
    EXPECT_EQ(ask(made, "GET", "users"), "403 right-missing");
    EXPECT_EQ(ask(made, "POST", "locations", {{"name", {{"en", "x"}}}}), "403 right-missing");
    const auto session = call(made, "GET", "/api/v1/session").json();
    EXPECT_EQ(session["user"], "chief");
    EXPECT_EQ(session["token"], "ci");
    EXPECT_EQ(session["scope"], json::parse(R"([{"rights": ["catalog.read"]}])"));
    EXPECT_EQ(ask(made, "PUT", "session/password", {{"old", "x"}, {"new", "a long password"}}), "403 session-needed");
    EXPECT_EQ(ask(made, "POST", "tokens", {{"name", "heir"}, {"scope", read_["scope"]}}), "403 right-missing");
}

TEST_P(TokensOfUsersTest, HasNoMoreThanItsOwnerHasByNow)
{
    const auto anna = user({{{"rights", {"catalog.read", "rules.edit"}}}}, "anna");
    const auto made = token(anna, {{"name", "ci"}, {"scope", {{{"rights", {"catalog.read", "rules.edit"}}}}}});
    EXPECT_EQ(ask(made, "GET", "rules"), "200");
    const auto path = fmt::format("users/{}", anna.user);
    ASSERT_EQ(ask(all_, "PUT", path, {{"name", "anna"}}), "200");
    EXPECT_EQ(ask(made, "GET", "rules"), "403 right-missing");
    ASSERT_EQ(ask(all_, "PUT", path, {{"name", "anna"}, {"enabled", false}}), "200");
    EXPECT_EQ(ask(made, "GET", "rules"), "401 login-needed");
    ASSERT_EQ(ask(all_, "DELETE", path), "204");
    EXPECT_EQ(ask(made, "GET", "rules"), "401 login-needed");
}

TEST_P(TokensOfUsersTest, EndsInTime)
{
    auto body = read_;
    body["expires"] = "2026-01-31T13:00:00Z";
    const auto made = token(all_, body);
    EXPECT_EQ(ask(made, "GET", "entries"), "200");
    now_ += std::chrono::hours(1);
    EXPECT_EQ(ask(made, "GET", "entries"), "401 login-needed");
    EXPECT_EQ(ask(all_, "POST", "tokens", body), "400 token-malformed expires");
    body["expires"] = "soon";
    EXPECT_EQ(ask(all_, "POST", "tokens", body), "400 token-malformed expires");
    EXPECT_EQ(ask(all_, "POST", "tokens", {{"name", "x"}}), "400 token-malformed scope");
    EXPECT_EQ(ask(all_, "POST", "tokens", {{"name", "<b>"}, {"scope", json::array()}}), "409 name-malformed name");
}

TEST_P(TokensOfUsersTest, IsRevokedByItsOwnerAndByWhoManagesHim)
{
    const auto anna = user({{{"rights", {"catalog.read"}}}}, "anna");
    const auto bert = user({{{"rights", {"catalog.read"}}}}, "bert");
    const auto manager = user({{{"rights", {"users.manage"}}}}, "manager");
    const auto made = token(anna, read_);
    const auto path = fmt::format("tokens/{}", id_);
    EXPECT_EQ(ask(bert, "DELETE", path), "404 not-found");
    EXPECT_EQ(ask(bert, "GET", "tokens?all=true"), "403 right-missing");
    EXPECT_EQ(call(bert, "GET", "/api/v1/tokens").json()["tokens"].size(), 0U);
    EXPECT_EQ(ask(manager, "DELETE", path), "403 right-above");
    EXPECT_EQ(ask(made, "GET", "entries"), "200");
    EXPECT_EQ(ask(anna, "DELETE", path), "204");
    EXPECT_EQ(ask(made, "GET", "entries"), "401 login-needed");
    const auto second = token(anna, read_);
    EXPECT_EQ(ask(all_, "DELETE", fmt::format("tokens/{}", id_)), "204");
    EXPECT_EQ(ask(second, "GET", "entries"), "401 login-needed");
}

TEST_P(TokensOfUsersTest, OnlyOneThatManagesUsersMakesOthers)
{
    const auto strong = token(all_, {{"name", "strong"}, {"scope", {{{"rights", {"users.manage", "catalog.read"}}}}}});
    const auto made = token(strong, read_);
    EXPECT_EQ(ask(made, "GET", "entries"), "200");
    EXPECT_EQ(ask(strong, "POST", "tokens", {{"name", "more"}, {"scope", {{{"rights", {"rules.edit"}}}}}}),
              "403 right-above");
}
