#include "tests/integration/server/server_process.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <array>
#include <csignal>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

using namespace farboot::test;
using nlohmann::json;
using testing::HasSubstr;

namespace
{

/// A command on a terminal of its own.
class Terminal
{
public:
    explicit Terminal(const std::string& command)
    {
        child_ = ::forkpty(&screen_, nullptr, nullptr, nullptr);
        if (child_ == 0) {
            ::execl("/bin/sh", "sh", "-c", ("exec " + command).c_str(), nullptr);
            ::_exit(127);
        }
    }
    ~Terminal()
    {
        if (child_ > 0)
            ::kill(child_, SIGKILL);
        ::close(screen_);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    /// Until it has said this, at most 30 s between two pieces.
    bool wait_for(std::string_view words)
    {
        while (text_.find(words) == std::string::npos)
            if (!read())
                return false;
        return true;
    }
    void type(std::string_view keys) const
    {
        EXPECT_EQ(::write(screen_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
    }
    /// Its exit code.
    int finish()
    {
        while (read())
            ;
        int status = 0;
        ::waitpid(std::exchange(child_, 0), &status, 0);
        return WEXITSTATUS(status);
    }
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    bool read()
    {
        pollfd ready{.fd = screen_, .events = POLLIN, .revents = 0};
        std::array<char, 1024> buffer{};
        const auto count = ::poll(&ready, 1, 30'000) == 1 ? ::read(screen_, buffer.data(), buffer.size()) : -1;
        if (count <= 0) // a terminal whose program has ended gives EIO
            return false;
        text_.append(buffer.data(), static_cast<std::size_t>(count));
        return true;
    }

    int screen_ = -1;
    pid_t child_ = 0;
    std::string text_;
};

/// `farboot user`, `group`, `role`, `token` and `audit` against a real server.
class PeopleCommand : public ServerTest
{
protected:
    void SetUp() override
    {
        ServerTest::SetUp();
        keep_token("token", token_);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path / name).string(); }
    void keep_token(const std::string& name, const std::string& secret)
    {
        write_whole(path(name), secret + "\n");
        std::filesystem::permissions(path(name), std::filesystem::perms::owner_read);
    }
    [[nodiscard]] std::vector<std::string> at_server(const std::string& token) const
    {
        return {"--server",     fmt::format("https://127.0.0.1:{}", port_),
                "--ca",         (data() / "ca.pem").string(),
                "--token-file", path(token)};
    }
    /// Runs `farboot`; expects this exit code.
    std::string farboot(std::vector<std::string> words, int expected = 0, const std::string& token = "token")
    {
        words.insert(words.begin(), FARBOOT_PROGRAM);
        const auto server = at_server(token);
        words.insert(words.end(), server.begin(), server.end());
        std::string output;
        EXPECT_EQ(run(words, &output), expected) << output;
        return output;
    }
    /// Adds one; gives its number, or a token's secret.
    std::string add(const char* kind, const json& what, const std::string& token = "token")
    {
        write_whole(path("new.json"), what.dump());
        auto id = farboot({kind, "add", path("new.json")}, 0, token);
        id.pop_back();
        return id;
    }
    int log_in(const std::string& user, const std::string& password)
    {
        return request("POST", "/api/v1/session", json({{"user", user}, {"password", password}}).dump(),
                       {{"Content-Type", "application/json"}})
            .status;
    }
    [[nodiscard]] std::string password_command(const std::string& id) const
    {
        return fmt::format("{} user password {} {}", FARBOOT_PROGRAM, id, fmt::join(at_server("token"), " "));
    }
};

} // namespace

TEST_F(PeopleCommand, DoesWhatThePagesDo)
{
    const auto role = add("role", {{"name", {{"en", "Reader"}}}, {"rights", {"catalog.read"}}});
    const auto group = add("group", {{"name", "staff"}, {"roles", {{{"role", std::stoi(role)}}}}});
    const auto user = add("user", {{"name", "anna"}, {"full_name", "Anna"}, {"groups", {std::stoi(group)}}});
    EXPECT_EQ(farboot({"role", "list"}), fmt::format("{:>6}  All rights\n{:>6}  Reader\n", 1, role));
    EXPECT_EQ(farboot({"group", "list"}), fmt::format("{:>6}  staff\n", group));
    EXPECT_EQ(farboot({"user", "list"}), fmt::format("{:>6}  admin\n{:>6}  anna  Anna\n", 1, user));
    auto shown = json::parse(farboot({"user", "show", user}));
    shown["enabled"] = false;
    write_whole(path("anna.json"), shown.dump());
    EXPECT_EQ(json::parse(farboot({"user", "change", user, path("anna.json"), "--json"}))["enabled"], false);
    EXPECT_THAT(farboot({"user", "list"}), HasSubstr("anna  Anna  (off)"));
    EXPECT_THAT(farboot({"user", "remove", "1"}, 1), HasSubstr("Nobody would be left who may manage users"));
    farboot({"user", "remove", user});

    const auto rows = json::parse(farboot({"audit", "list", "--object", "user:", "--json"}));
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[1]["action"], "change");
    EXPECT_EQ(rows[1]["before"]["enabled"], true);
    EXPECT_EQ(rows[1]["after"]["enabled"], false);
    EXPECT_THAT(farboot({"audit", "list", "--object", "user:" + user}),
                testing::AllOf(HasSubstr("token test from 127.0.0.1  change user:" + user + "  enabled: true → false"),
                               HasSubstr("remove user:" + user)));
    EXPECT_THAT(farboot({"audit", "list", "--object", "token:"}),
                HasSubstr("the server's command line  create token:"));
    EXPECT_EQ(farboot({"audit", "list", "--user", "no&body"}), "");
}

TEST_F(PeopleCommand, ATokenDoesWhatItsScopeSays)
{
    const json scope{{{"rights", {"catalog.read"}}}};
    keep_token("reader", add("token", {{"name", "reader"}, {"scope", scope}, {"expires", "2099-01-01T00:00:00Z"}}));
    farboot({"entry", "list"}, 0, "reader");
    EXPECT_THAT(farboot({"user", "list"}, 1, "reader"), HasSubstr("users.manage"));
    EXPECT_THAT(farboot({"token", "list"}), HasSubstr("reader  until 2099-01-01T00:00:00Z"));
    const auto tokens = json::parse(farboot({"token", "list", "--all", "--json"}));
    ASSERT_EQ(tokens.size(), 2U);
    farboot({"token", "remove", std::to_string(tokens[0]["id"].get<int>())});
    EXPECT_THAT(farboot({"entry", "list"}, 1, "reader"), HasSubstr("Log in first."));
}

TEST_F(PeopleCommand, PasswordsComeFromStandardInputOrTheTerminal)
{
    const auto id = add("user", {{"name", "anna"}});
    const auto shell = [](const std::string& line) { return std::system((line + " > /dev/null 2>&1").c_str()); };
    EXPECT_EQ(log_in("anna", "the first password"), 401);
    EXPECT_EQ(shell("echo 'the first password' | " + password_command(id)), 0);
    EXPECT_EQ(log_in("anna", "the first password"), 200);
    EXPECT_NE(shell("echo short | " + password_command(id)), 0);
    EXPECT_NE(shell(password_command(id) + " < /dev/null"), 0);
    // On a terminal it is asked for twice, and not shown.
    const auto terminal = [&](const std::string& first, const std::string& second) {
        Terminal screen(password_command(id));
        EXPECT_TRUE(screen.wait_for("New password: ")) << screen.text();
        screen.type(first + "\n");
        EXPECT_TRUE(screen.wait_for("Once more: ")) << screen.text();
        screen.type(second + "\n");
        const auto code = screen.finish();
        EXPECT_EQ(screen.text().find(first), std::string::npos);
        return code;
    };
    EXPECT_EQ(terminal("the second password", "the second password"), 0);
    EXPECT_EQ(log_in("anna", "the second password"), 200);
    EXPECT_EQ(terminal("the third password", "another password"), 1);
    EXPECT_EQ(log_in("anna", "the second password"), 200);
}
