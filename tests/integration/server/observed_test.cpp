#include "tests/integration/server/server_process.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <sstream>

using namespace farboot::test;
using nlohmann::json;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

namespace
{

/// What the server tells of its work: the log, and numbers.
class Observed : public ServerTest
{
protected:
    void restart(std::vector<std::string> options)
    {
        server_->send(SIGTERM);
        server_->wait();
        more_options_ = std::move(options);
        start();
    }
    bool logs(const std::string& text)
    {
        return eventually([&] { return log().find(text) != std::string::npos; });
    }
};

} // namespace

TEST_F(Observed, EachRequestIsOneLineWithItsId)
{
    const auto answer = request("GET", "/api/v1/menu?for=preboot&user=anna");
    const auto id = answer.headers.at("x-request-id");
    EXPECT_THAT(id, testing::MatchesRegex("[0-9a-f]{16}"));
    EXPECT_TRUE(logs(fmt::format("event=request id={} method=GET path=\"/api/v1/menu\" status=200 code=- "
                                 "client=127.0.0.1 who=- bytes={} ms=",
                                 id, answer.body.size())))
        << log();
    EXPECT_THAT(log(), Not(HasSubstr("anna"))) << "queries are other people's business";
    EXPECT_NE(request("GET", "/healthz").headers.at("x-request-id"), id);
    EXPECT_EQ(admin("GET", "/api/v1/entries").status, 200);
    EXPECT_TRUE(logs("path=\"/api/v1/entries\" status=200 code=- client=127.0.0.1 who=token:test "));
    const auto hello = request("POST", "/api/v1/pc/hello", R"({"mac": "52:54:00:12:34:56"})");
    EXPECT_TRUE(logs("path=\"/api/v1/pc/hello\" status=200 code=- client=127.0.0.1 who=pc:1 "));
    const std::string secret = json::parse(hello.body)["session"];
    EXPECT_EQ(request("POST", "/api/v1/pc/report", "{}", {{"Farboot-Pc", secret}}).status, 200);
    EXPECT_TRUE(logs("path=\"/api/v1/pc/report\" status=200 code=- client=127.0.0.1 who=pc:1 "));
    EXPECT_THAT(log(), Not(HasSubstr(secret)));
    EXPECT_THAT(log(), Not(HasSubstr(token_)));
}

TEST_F(Observed, AProxysIdIsKeptAndNobodyElses)
{
    EXPECT_NE(request("GET", "/healthz", "", {{"X-Request-Id", "mine"}}).headers.at("x-request-id"), "mine");
    restart({"--proxy", "127.0.0.1"});
    EXPECT_EQ(request("GET", "/healthz", "", {{"X-Request-Id", "mine"}}).headers.at("x-request-id"), "mine");
    for (const std::string& bad : {std::string("a b"), std::string("a\"b"), std::string(65, 'a')})
        EXPECT_NE(request("GET", "/healthz", "", {{"X-Request-Id", bad}}).headers.at("x-request-id"), bad);
}

TEST_F(Observed, TheLogCanBeJson)
{
    server_->send(SIGTERM);
    server_->wait();
    more_options_ = {"--log", "json"};
    write_whole(folder_.path / "log", "");
    server_ = std::make_unique<Process>(
        std::vector<std::string>{FARBOOT_SERVER, "run", "--data", data().string(), "--store", store().string(), "--web",
                                 web().string(), "--listen", fmt::format("127.0.0.1:{}", port_), "--log", "json"},
        folder_.path / "log");
    ASSERT_TRUE(logs("listening"));
    const auto id = request("GET", "/none").headers.at("x-request-id");
    ASSERT_TRUE(logs(id));
    std::istringstream lines(log());
    bool found = false;
    for (std::string line; std::getline(lines, line);) {
        const auto object = json::parse(line, nullptr, false);
        ASSERT_TRUE(object.is_object()) << line;
        EXPECT_THAT(object.value("time", ""), ContainsRegex("^20..-..-..T..:..:......Z$"));
        if (object.value("id", "") == id) {
            found = true;
            EXPECT_EQ(object["level"], "warning");
            EXPECT_EQ(object["path"], "/none");
            EXPECT_EQ(object["status"], 404);
            EXPECT_TRUE(object["ms"].is_number());
        }
    }
    EXPECT_TRUE(found) << log();
}

TEST_F(Observed, NumbersAreForThoseWhoMayReadThem)
{
    EXPECT_EQ(request("GET", "/metrics").status, 401);
    EXPECT_EQ(request("GET", "/none").status, 404);
    EXPECT_EQ(request("POST", "/api/v1/pc/hello", R"({"mac": "52:54:00:12:34:56"})").status, 200);
    const auto first = admin("GET", "/metrics");
    EXPECT_EQ(first.headers.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    std::string numbers;
    // A request counts once its answer has been sent, a connection until its end is seen.
    for (const char* line :
         {R"(farboot_requests_total{method="none",route="none",status="404"} 1)",
          R"(farboot_requests_total{method="POST",route="/api/v1/pc/hello",status="200"} 1)",
          R"(farboot_request_seconds_bucket{method="POST",route="/api/v1/pc/hello",le="+Inf"} 1)",
          R"(farboot_errors_total{code="login-needed"} 1)", R"(farboot_errors_total{code="not-found"} 1)",
          "farboot_connections 1", R"(farboot_pcs{state="preboot"} 1)", "farboot_connections_refused_total 0"})
        EXPECT_TRUE(eventually([&] {
            numbers = admin("GET", "/metrics").body;
            return numbers.find(std::string("\n") + line + "\n") != std::string::npos;
        })) << line
            << "\n"
            << numbers;
    for (const char* pattern :
         {R"(farboot_database_seconds_total\{kind="write"\} 0\.[0-9]+)", R"(farboot_store_free_bytes [1-9][0-9]+)",
          R"(farboot_catalog_revision [0-9]+)", R"(farboot_sent_bytes_total [1-9][0-9]+)",
          R"(farboot_database_operations_total\{kind="read"\} [1-9])"})
        EXPECT_THAT(numbers, ContainsRegex(pattern));
    restart({"--metrics", "127.0.0.0/8"});
    EXPECT_EQ(request("GET", "/metrics").status, 200);
    std::string output;
    EXPECT_NE(command({"run", "--store", store().string(), "--metrics", "all"}, &output), 0);
    EXPECT_THAT(output, HasSubstr("--metrics"));
}

TEST_F(Observed, WhoAsksTooMuchMustWaitAndOthersNot)
{
    restart({"--requests-per-address", "1", "--request-burst", "5", "--proxy", "127.0.0.1"});
    const auto ask = [&](const std::string& address) {
        return request("GET", "/healthz", "", {{"X-Forwarded-For", address}});
    };
    Answer answer;
    for (int i = 0; i < 100 && answer.status != 429; ++i)
        answer = ask("192.0.2.1");
    ASSERT_EQ(answer.status, 429);
    EXPECT_THAT(answer.body, HasSubstr("too-many-requests"));
    EXPECT_GE(std::stoi(answer.headers.at("retry-after")), 1);
    EXPECT_EQ(ask("192.0.2.2").status, 200);
    EXPECT_TRUE(eventually([&] { return ask("192.0.2.1").status == 200; }));
}

TEST_F(Observed, WhoHasTakenTooMuchMustWait)
{
    write_whole(web() / "menu/large.txt", std::string(2 << 20, 'x'));
    restart({"--bytes-per-address", "10k"});
    EXPECT_EQ(request("GET", "/menu/large.txt").status, 200);
    EXPECT_TRUE(eventually([&] { return request("GET", "/healthz").status == 429; }));
    EXPECT_THAT(request("GET", "/healthz").body, HasSubstr("too-many-requests"));
}
