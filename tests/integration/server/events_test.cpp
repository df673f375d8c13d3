#include "tests/integration/server/each_database.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <sys/stat.h>

using namespace farboot::test;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

namespace
{

/// Events, as the real programs get them.
class Events : public EachDatabase
{
protected:
    void SetUp() override
    {
        EachDatabase::SetUp();
        if (IsSkipped() || HasFatalFailure())
            return;
        write_whole(token_file(), token_);
        ::chmod(token_file().c_str(), 0600);
    }
    std::filesystem::path token_file() { return folder_.path / "token"; }
    std::filesystem::path seen_file() { return folder_.path / "seen"; }
    std::unique_ptr<Process> watch(std::uint16_t port)
    {
        write_whole(seen_file(), "");
        return std::make_unique<Process>(std::vector<std::string>{FARBOOT_PROGRAM, "pc", "watch", "--json", "--server",
                                                                  fmt::format("https://127.0.0.1:{}", port), "--ca",
                                                                  (data() / "ca.pem").string(), "--token-file",
                                                                  token_file().string()},
                                         seen_file());
    }
    bool sees(const std::string& text)
    {
        return eventually([&] { return read_whole(seen_file()).find(text) != std::string::npos; });
    }
    std::string hello(int number)
    {
        const auto answer =
            request("POST", "/api/v1/pc/hello", fmt::format(R"({{"mac": "52:54:00:00:00:{:02x}"}})", number));
        EXPECT_EQ(answer.status, 200) << answer.body;
        return json::parse(answer.body)["session"];
    }
};

FARBOOT_ON_EACH_SERVER(Events);

} // namespace

TEST_P(Events, TellWhatHasHappenedSinceTheLastOne)
{
    const auto session = hello(1);
    const auto all = events_after("0", "\"state\":\"preboot\"");
    const auto told = all.find("\"state\":\"preboot\"");
    ASSERT_NE(told, std::string::npos) << all;
    EXPECT_THAT(all, HasSubstr("event: pc\nid: "));
    const auto last = all.substr(all.rfind("id: ", told) + 4);
    const auto id = last.substr(0, last.find('\n'));
    EXPECT_EQ(admin("POST", "/api/v1/locations", R"({"name": {"en": "Here"}})").status, 201);
    EXPECT_THAT(events_after(id, "event: catalog\n"), Not(HasSubstr("event: pc\n"))) << "nothing is told twice";
    EXPECT_EQ(request("POST", "/api/v1/pc/report", R"({"state": "off"})", {{"Farboot-Pc", session}}).status, 200);
    EXPECT_THAT(events_after(id, "\"state\":\"off\""), HasSubstr("event: catalog\n"));
    EXPECT_EQ(admin("DELETE", "/api/v1/pcs/1", "", {{"If-Match", "*"}}).status, 204);
    EXPECT_THAT(events_after(id, "event: pc-removed\n"), HasSubstr("event: pc-removed\n"));
    EXPECT_THAT(events_after("123456", "event: reset\n"), HasSubstr("event: reset\n"));
    EXPECT_EQ(admin("GET", "/api/v1/events?after=x").status, 400);
}

TEST_P(Events, AWatcherMissesNothingOverARestart)
{
    const auto watching = watch(port_);
    // Its first words come with the first change after it has begun to listen.
    int number = 0;
    ASSERT_TRUE(eventually([&] {
        hello(++number % 200);
        return read_whole(seen_file()).find("\"preboot\"") != std::string::npos;
    }));
    server_->send(SIGKILL);
    server_->wait();
    start();
    hello(0xfe);
    EXPECT_TRUE(sees("52:54:00:00:00:fe")) << read_whole(seen_file());
    server_->send(SIGTERM);
    EXPECT_EQ(server_->wait(), 0) << "a watcher holds nobody up";
    EXPECT_THAT(log(), HasSubstr("event=stopped"));
}

TEST_P(Events, WhatAnotherServerDoesIsSeenToo)
{
    if (!on_postgresql())
        GTEST_SKIP() << "a file has one server";
    const auto first_port = port_;
    const auto first = std::move(server_);
    port_ = plain_port_ = 0;
    start();
    const auto watching = watch(first_port);
    int number = 0;
    EXPECT_TRUE(eventually([&] {
        hello(++number % 200);
        return read_whole(seen_file()).find("\"preboot\"") != std::string::npos;
    })) << read_whole(seen_file());
}
