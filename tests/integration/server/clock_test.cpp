#include "tests/integration/server/many_clients.hpp"
#include "tests/integration/server/server_process.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <csignal>

using namespace farboot::test;
using nlohmann::json;
using testing::HasSubstr;

namespace
{

/// The server under libfaketime (Debian's package of this name), which reads from a file how far its clock is off.
class Clock : public ServerTest
{
protected:
    void SetUp() override
    {
        const std::string library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
        if (!std::filesystem::exists(library))
            GTEST_SKIP() << "libfaketime is not installed";
        set_clock("+0");
        // Timers and deadlines go by the clock that nobody can set.
        wrapper_ = {"env", "LD_PRELOAD=" + library, "FAKETIME_TIMESTAMP_FILE=" + clock_file().string(),
                    "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"};
        ServerTest::SetUp();
    }
    [[nodiscard]] std::filesystem::path clock_file() const { return folder_.path / "clock"; }
    /// In one step: the server never reads half of it.
    void set_clock(const std::string& offset)
    {
        write_whole(folder_.path / "clock.new", offset + "\n");
        std::filesystem::rename(folder_.path / "clock.new", clock_file());
    }

    /// Over plain HTTP, since certificates have dates of their own. The answer's status; what else came is in `text_`.
    int ask(const std::string& method, const std::string& path, const json& body = {}, Headers headers = {})
    {
        if (!body.is_null())
            headers.emplace_back("Content-Type", "application/json");
        LazyClient client(plain_port_, 1);
        client.send(request_text(method, path, body.is_null() ? "" : body.dump(), headers));
        text_ = client.receive_answer();
        return text_.size() > 12 ? std::stoi(text_.substr(9, 3)) : 0;
    }
    int ask_as_admin(const std::string& method, const std::string& path, const json& body = {})
    {
        return ask(method, path, body, {{"Authorization", "Bearer " + token_}});
    }
    [[nodiscard]] json body() const { return json::parse(text_.substr(text_.find("\r\n\r\n") + 4)); }
    [[nodiscard]] std::string header(const std::string& name) const
    {
        const auto at = text_.find("\r\n" + name + ": ");
        const auto begin = at + name.size() + 4;
        return at == std::string::npos ? "" : text_.substr(begin, text_.find_first_of(";\r", begin) - begin);
    }

    /// Everything that somebody does there works; what it gives is good until its time is over.
    struct Given {
        Headers cookie, pc;
        std::string challenge;
    };
    Given use_it()
    {
        Given given;
        auto password = read_whole(data() / "initial-admin-password");
        password.pop_back();
        EXPECT_EQ(ask("POST", "/api/v1/session", {{"user", "admin"}, {"password", password}}), 200) << text_;
        given.cookie = {{"Cookie", header("Set-Cookie")}};
        EXPECT_EQ(ask("GET", "/api/v1/session", {}, given.cookie), 200) << text_;
        EXPECT_EQ(ask("POST", "/api/v1/statement", {{"nonce", "AAAAAAAAAAAAAAAAAAAAAA=="}}), 200) << text_;
        given.challenge = header("Farboot-Challenge");
        EXPECT_EQ(ask("POST", "/api/v1/pc/hello", {{"mac", "52:54:00:12:34:56"}}), 200) << text_;
        given.pc = {{"Farboot-Pc", body()["session"].get<std::string>()}};
        EXPECT_EQ(ask("POST", "/api/v1/pc/report", json::object(), given.pc), 200) << text_;
        EXPECT_EQ(ask_as_admin("POST", "/api/v1/entries",
                               {{"kind", "system"}, {"record", "boot/debian"}, {"title", {{"en", "Debian"}}}}),
                  201)
            << text_;
        ++entries_;
        EXPECT_EQ(ask("GET", "/api/v1/menu?for=preboot"), 200) << text_;
        nothing_is_lost();
        return given;
    }
    void nothing_is_lost()
    {
        EXPECT_EQ(ask_as_admin("GET", "/api/v1/entries"), 200) << text_;
        EXPECT_EQ(body()["entries"].size(), entries_);
        EXPECT_EQ(ask_as_admin("GET", "/api/v1/audit?object=entry:"), 200) << text_;
        EXPECT_EQ(body()["audit"].size(), entries_);
        EXPECT_EQ(ask_as_admin("GET", "/api/v1/uploads/1"), 200) << "on its way for seconds: " << text_;
    }
    void begin_an_upload()
    {
        const Headers headers{
            {"Authorization", "Bearer " + token_}, {"Tus-Resumable", "1.0.0"}, {"Upload-Length", "10"}};
        EXPECT_EQ(ask("POST", "/api/v1/uploads", {}, headers), 201) << text_;
    }
    void is_over(const Given& given)
    {
        EXPECT_EQ(ask("GET", "/api/v1/session", {}, given.cookie), 401) << text_;
        EXPECT_EQ(ask("POST", "/api/v1/pc/report", json::object(), given.pc), 401) << text_;
        const json proof{{"challenge", given.challenge}, {"key", "ed25519:"}, {"kept", "disk"}, {"signature", "AA=="}};
        ask("POST", "/api/v1/pc/hello", {{"mac", "52:54:00:12:34:56"}, {"proof", proof}});
        EXPECT_THAT(text_, HasSubstr("challenge-stale"));
    }
    bool tells_of_jump(std::size_t since)
    {
        return eventually([&] { return log().find("event=clock-set", since) != std::string::npos; });
    }

    std::string text_;
    std::size_t entries_ = 0;
};

} // namespace

TEST_F(Clock, MayJumpForwardAndBackAndAllGoesOn)
{
    begin_an_upload();
    const auto first = use_it();
    EXPECT_EQ(ask("GET", "/api/v1/session", {}, first.cookie), 200);
    auto before = log().size();
    const std::vector<std::string> offsets{"+26h", "+3y", "-2d", "-20y", "+0"};
    std::vector<std::pair<std::string, Given>> all{{"+0", first}};
    for (const auto& offset : offsets) {
        SCOPED_TRACE(offset);
        set_clock(offset);
        EXPECT_TRUE(tells_of_jump(before)) << log();
        before = log().size();
        for (const auto& [when, given] : all)
            if (when != offset)
                is_over(given); // whichever way the clock has gone
        all.emplace_back(offset, use_it());
    }
    nothing_is_lost();
}

TEST_F(Clock, ACertificateFromTheFutureIsReplaced)
{
    EXPECT_EQ(request("GET", "/healthz").status, 200);
    set_clock("+3y");
    server_->send(SIGHUP); // or within a minute
    EXPECT_TRUE(eventually([&] {
        try {
            return request("GET", "/healthz").status != 200;
        } catch (const std::runtime_error&) {
            return true; // it does not hold yet
        }
    }));
    set_clock("+0");
    server_->send(SIGHUP);
    EXPECT_TRUE(eventually([&] {
        try {
            return request("GET", "/healthz").status == 200;
        } catch (const std::runtime_error&) {
            return false;
        }
    }));
}

TEST_F(Clock, RequestsAreStillCountedBySecondsThatPass)
{
    server_->send(SIGTERM);
    server_->wait();
    more_options_ = {"--requests-per-address", "1", "--request-burst", "3"};
    start();
    set_clock("-3y");
    int refused = 0;
    for (int i = 0; i < 100; ++i)
        refused += ask("GET", "/healthz") == 429 ? 1 : 0;
    EXPECT_GT(refused, 0);
    EXPECT_TRUE(eventually([&] { return ask("GET", "/healthz") == 200; })) << "not for three years";
}
