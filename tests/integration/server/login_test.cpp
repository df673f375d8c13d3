#include "tests/integration/server/server_process.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace farboot::test;
using nlohmann::json;
using testing::HasSubstr;

namespace
{

const std::string entry = R"({"kind": "system", "record": "boot/debian", "title": {"en": "Debian"}})";

class Login : public ServerTest
{
protected:
    Answer log_in(const std::string& user, const std::string& password)
    {
        return request("POST", "/api/v1/session", json({{"user", user}, {"password", password}}).dump(),
                       {{"Content-Type", "application/json"}});
    }
    std::string initial_password()
    {
        auto text = read_whole(data() / "initial-admin-password");
        text.pop_back();
        return text;
    }
};

} // namespace

TEST_F(Login, ACookieNeedsItsCsrfValueToChangeSomething)
{
    const auto answer = log_in("admin", initial_password());
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto session = json::parse(answer.body);
    EXPECT_EQ(session["user"], "admin");
    const std::string csrf = session["csrf"];
    const auto set_cookie = answer.headers.at("set-cookie");
    for (const char* attribute : {"__Host-farboot=", "Path=/", "HttpOnly", "Secure", "SameSite=Strict"})
        EXPECT_THAT(set_cookie, HasSubstr(attribute));
    const std::pair<std::string, std::string> cookie{"Cookie", set_cookie.substr(0, set_cookie.find(';'))};

    EXPECT_EQ(json::parse(request("GET", "/api/v1/session", "", {cookie}).body), session);
    EXPECT_EQ(request("GET", "/api/v1/entries", "", {cookie}).status, 200);
    EXPECT_EQ(request("POST", "/api/v1/entries", entry, {cookie}).status, 403);
    EXPECT_EQ(request("POST", "/api/v1/entries", entry, {cookie, {"X-Farboot-Csrf", std::string(64, '0')}}).status,
              403);
    EXPECT_EQ(request("POST", "/api/v1/entries", entry, {cookie, {"X-Farboot-Csrf", csrf}}).status, 201);

    EXPECT_EQ(request("DELETE", "/api/v1/session", "", {cookie}).status, 403);
    EXPECT_EQ(request("DELETE", "/api/v1/session", "", {cookie, {"X-Farboot-Csrf", csrf}}).status, 204);
    EXPECT_EQ(request("GET", "/api/v1/session", "", {cookie}).status, 401);
}

TEST_F(Login, WithoutOneNothingOfTheAdminsIsShown)
{
    for (const auto& [method, path] : std::vector<std::pair<std::string, std::string>>{{"GET", "/api/v1/entries"},
                                                                                       {"GET", "/api/v1/entries/1"},
                                                                                       {"POST", "/api/v1/entries"},
                                                                                       {"PUT", "/api/v1/entries/1"},
                                                                                       {"PUT", "/api/v1/entries/order"},
                                                                                       {"DELETE", "/api/v1/entries/1"},
                                                                                       {"GET", "/api/v1/records"},
                                                                                       {"POST", "/api/v1/records"},
                                                                                       {"GET", "/api/v1/session"},
                                                                                       {"DELETE", "/api/v1/session"}}) {
        const std::string body = method == "POST" || method == "PUT" ? entry : "";
        EXPECT_EQ(request(method, path, body).status, 401) << method << path;
        EXPECT_EQ(request(method, path, body, {{"Authorization", "Bearer wrong"}}).status, 401) << method << path;
        EXPECT_EQ(request(method, path, body, {{"Authorization", "Basic YWRtaW46YWRtaW4="}}).status, 401)
            << method << path;
        EXPECT_EQ(request(method, path, body, {{"Cookie", "__Host-farboot=wrong"}}).status, 401) << method << path;
    }
    EXPECT_THAT(log(), HasSubstr("path=\"/api/v1/entries\" status=401 code=login-needed"));
    EXPECT_THAT(log(), HasSubstr("path=\"/api/v1/entries\" status=401"));
}

TEST_F(Login, GuessingIsSlowedDown)
{
    const auto wrong = log_in("admin", "not the password");
    EXPECT_EQ(wrong.status, 401);
    EXPECT_EQ(log_in("nobody", "not the password").body, wrong.body);
    Answer answer;
    for (int i = 0; i < 10 && answer.status != 429; ++i)
        answer = log_in("admin", "not the password");
    EXPECT_EQ(answer.status, 429);
    EXPECT_TRUE(answer.headers.contains("retry-after"));
    EXPECT_EQ(log_in("admin", initial_password()).status, 429); // the right one helps no sooner
    EXPECT_EQ(admin("GET", "/api/v1/entries").status, 200);     // others are not concerned
    EXPECT_EQ(log().find("not the password"), std::string::npos);
}

TEST_F(Login, FormsOfOtherSitesCannotLogIn)
{
    const auto body = json({{"user", "admin"}, {"password", initial_password()}}).dump();
    EXPECT_EQ(request("POST", "/api/v1/session", body, {{"Content-Type", "text/plain"}}).status, 415);
    EXPECT_EQ(request("POST", "/api/v1/session", body).status, 415);
}

TEST_F(Login, ANewPasswordComesFromTheStandardInput)
{
    const auto old = initial_password();
    const auto set = [&](const std::string& password) {
        return std::system(fmt::format("echo '{}' | {} user --data {} --name admin 2> /dev/null", password,
                                       FARBOOT_SERVER, data().string())
                               .c_str());
    };
    EXPECT_NE(set("short"), 0);
    ASSERT_EQ(set("a longer password"), 0);
    EXPECT_FALSE(std::filesystem::exists(data() / "initial-admin-password"));
    EXPECT_EQ(log_in("admin", old).status, 401);
    EXPECT_EQ(log_in("admin", "a longer password").status, 200);
}

TEST_F(Login, TokensCanBeTakenBack)
{
    EXPECT_EQ(admin("GET", "/api/v1/records").status, 200);
    ASSERT_EQ(command({"token", "--name", "test", "--remove"}), 0);
    EXPECT_EQ(admin("GET", "/api/v1/records").status, 401);
}
