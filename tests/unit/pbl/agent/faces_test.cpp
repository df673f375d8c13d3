#include "tests/unit/pbl/agent/fixture.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace farboot::agent::testing_agent
{

namespace
{

using FacesTest = AgentTest;

TEST_F(FacesTest, GreetsWithMenuAndState)
{
    start();
    connect()->wait_state("menu");
    Face second(options_.run / "agent.sock");
    second.wait_state("menu");
    const auto& seen = second.seen();
    ASSERT_EQ(seen.size(), 3U);
    EXPECT_EQ(seen[0].at("event"), "hello");
    EXPECT_EQ(seen[0].at("server"), server_.url());
    EXPECT_EQ(seen[0].at("language"), "de");
    EXPECT_EQ(seen[1].at("menu").at("entries").at(0).at("record"), "boot/debian-desktop");
}

TEST_F(FacesTest, AnUnknownCommandGetsAnErrorAndTheConnectionStays)
{
    start();
    auto face = connect();
    face->command("format-disk");
    const auto error = face->wait_event("error");
    EXPECT_EQ(error.at("reason"), "command-unknown");
    EXPECT_FALSE(error.at("sentence").at("de").get<std::string>().empty());
    face->command("boot", "vm/tiny");
    EXPECT_FALSE(face->wait_event("error").is_null());
    face->command("boot", "boot/../../etc/passwd");
    EXPECT_EQ(face->wait_event("error").at("reason"), "record-malformed");
    EXPECT_TRUE(system_.kexecs().empty());
}

TEST_F(FacesTest, BadJsonEndsTheConnectionAndNotTheAgent)
{
    start();
    for (const auto* line : {"boot\n", "[1]\n", "{\"command\": \"boot\"\n", "\n"}) {
        auto face = connect();
        face->send(line);
        EXPECT_TRUE(face->wait_closed()) << line;
    }
    EXPECT_FALSE(connect()->wait_state("menu").is_null());
}

TEST_F(FacesTest, ALineThatIsTooLongEndsTheConnection)
{
    start();
    auto fits = connect();
    fits->wait_state("menu");
    fits->send("{\"command\": \"refresh\", \"padding\": \"" + std::string(max_message - 100, 'x') + "\"}\n");
    EXPECT_FALSE(fits->wait_state("server").is_null());
    auto too_long = connect();
    too_long->send(std::string(max_message + 1, 'x'));
    EXPECT_TRUE(too_long->wait_closed());
}

TEST_F(FacesTest, ACrowdOfClientsIsTurnedAway)
{
    start();
    std::vector<std::unique_ptr<Face>> crowd;
    for (int i = 0; i < 8; ++i)
        crowd.push_back(connect());
    Face late(options_.run / "agent.sock");
    EXPECT_TRUE(late.wait_closed());
    crowd.pop_back();
    // Its place is free as soon as the agent has seen it go.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    bool greeted = false;
    while (!greeted && std::chrono::steady_clock::now() < deadline)
        greeted = !Face(options_.run / "agent.sock").wait_event("hello").is_null();
    EXPECT_TRUE(greeted);
}

/// As another user: 0 if the agent greets, 1 if it closes or the socket cannot be opened.
int connect_as(uid_t user, const std::filesystem::path& socket)
{
    const auto child = ::fork();
    if (child == 0) {
        if (::setuid(user) != 0)
            ::_exit(2);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        socket.native().copy(address.sun_path, sizeof address.sun_path - 1);
        const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
        char byte = 0;
        const bool greeted = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                             ::read(fd, &byte, 1) == 1;
        ::_exit(greeted ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

TEST_F(FacesTest, OnlyRootAndTheBrowsersUserMayConnect)
{
    if (::getuid() != 0)
        GTEST_SKIP() << "needs root to become another user";
    options_.browser_user = "990";
    start();
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
    const auto socket = options_.run / "agent.sock";
    EXPECT_EQ(connect_as(990, socket), 0);
    EXPECT_EQ(connect_as(65534, socket), 1);
    ASSERT_EQ(::chmod(socket.c_str(), 0666), 0); // even if the file let everybody in
    EXPECT_EQ(connect_as(65534, socket), 1);
    EXPECT_EQ(connect_as(990, socket), 0);
}

} // namespace

} // namespace farboot::agent::testing_agent
