#include "rootfs/nbd/control_socket.hpp"

#include "rootfs/nbd/control_client.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include <unistd.h>

namespace farboot::rootfs
{
namespace
{

class ControlSocketTest : public testing::Test
{
protected:
    void SetUp() override
    {
        std::string name = testing::TempDir() + "farbootXXXXXX";
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder = name;
        path = folder / "control.sock";
    }
    void TearDown() override { std::filesystem::remove_all(folder); }

    static std::string echo(std::string_view line, uid_t who) { return fmt::format("{} {}", who, line); }

    std::filesystem::path folder;
    std::filesystem::path path;
};

TEST_F(ControlSocketTest, AnswersALineAndKnowsWhoAsks)
{
    auto socket = ControlSocket::listen(path);
    ASSERT_TRUE(socket) << socket.error().sentence;
    socket->serve(echo);
    EXPECT_EQ(ask_reader(path, "hello").value(), fmt::format("{} hello", getuid()));
    const std::string longest(1 << 20, 'x');
    EXPECT_EQ(ask_reader(path, longest).value(), fmt::format("{} {}", getuid(), longest));
}

TEST_F(ControlSocketTest, LetsAClientGoThatSendsTooMuch)
{
    auto socket = ControlSocket::listen(path);
    ASSERT_TRUE(socket);
    socket->serve(echo);
    EXPECT_FALSE(ask_reader(path, std::string(2 << 20, 'x')));
    EXPECT_TRUE(ask_reader(path, "still there"));
}

TEST_F(ControlSocketTest, ReplacesALeftoverButNothingThatIsInUse)
{
    {
        auto socket = ControlSocket::listen(path);
        ASSERT_TRUE(socket);
        const auto second = ControlSocket::listen(path);
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().reason, "exists");
        std::filesystem::create_hard_link(path, folder / "leftover");
    }
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_TRUE(ControlSocket::listen(folder / "leftover"));
    std::ofstream(path) << "a file";
    EXPECT_FALSE(ControlSocket::listen(path));
    EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(ControlSocketTest, AClientHearsWhenThereIsNoReader)
{
    const auto answer = ask_reader(path, "hello");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().reason, "unreachable");
}

} // namespace
} // namespace farboot::rootfs
