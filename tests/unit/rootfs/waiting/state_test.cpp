#include "rootfs/waiting/state.hpp"

#include "tests/unit/rootfs/waiting/folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <ctime>
#include <iterator>

namespace farboot::rootfs
{
namespace
{

TEST(WaitingState, ComesBackFromItsText)
{
    const WaitingState state{1'764'242'000, {"boot.example.org", "10.0.2.2", "[2001:db8::7]"}};
    EXPECT_EQ(state.text(), "since=1764242000\nserver=boot.example.org\nserver=10.0.2.2\nserver=[2001:db8::7]\n");
    EXPECT_EQ(WaitingState::parse(state.text()), state);
    EXPECT_EQ(WaitingState::parse("since=7"), (WaitingState{7, {}}));
    EXPECT_EQ(WaitingState::parse("later=of a later version\nsince=7\n"), (WaitingState{7, {}}));
}

TEST(WaitingState, RefusesWhatNoReaderWrites)
{
    for (const auto* text :
         {"", "\n", "since", "since=", "since=-1", "since=7 ", "server=a.example\n", "since=7\nserver=\n",
          "since=7\nserver=a b\n", "since=7\nserver=a\x1b[1m\n", "since=99999999999999999999\n"})
        EXPECT_FALSE(WaitingState::parse(text)) << text;
    EXPECT_FALSE(WaitingState::parse("since=7\nserver=" + std::string(254, 'a')));
}

class WaitingFileTest : public testing::Test
{
protected:
    [[nodiscard]] std::string text() const
    {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    Folder folder;
    std::filesystem::path path = folder.path / "waiting";
};

TEST_F(WaitingFileTest, IsThereAsLongAsTheReaderWaitsAndForEverybody)
{
    const auto before = std::time(nullptr);
    const auto mask = ::umask(077); // as the root's reader has it
    {
        const WaitingFile file(path,
                               {"https://a.example:1/store", "https://b.example/store", "https://a.example/other"});
        EXPECT_FALSE(std::filesystem::exists(path));
        file.set(true);
        const auto state = WaitingState::parse(text());
        ASSERT_TRUE(state) << text();
        EXPECT_EQ(state->servers, (std::vector<std::string>{"a.example", "b.example"}))
            << "each once, no path, no port";
        EXPECT_GE(state->since, before);
        EXPECT_LE(state->since, std::time(nullptr));
        struct stat status{};
        ASSERT_EQ(::stat(path.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777U, 0644U);
        file.set(false);
        EXPECT_FALSE(std::filesystem::exists(path));
        file.set(true);
    }
    ::umask(mask);
    EXPECT_FALSE(std::filesystem::exists(path)) << "a reader that has ended does not wait";
    EXPECT_TRUE(std::filesystem::is_empty(folder.path));
}

TEST_F(WaitingFileTest, OfAKilledReaderGoesWithTheNext)
{
    folder.write("waiting", "since=7\n");
    const WaitingFile file(path, {});
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(WaitingFileTest, FollowsNoLinkAndNeedsNoPlace)
{
    folder.write("other", "kept");
    std::filesystem::create_symlink(folder.path / "other", path.string() + ".new");
    const WaitingFile file(path, {"https://a.example/store"});
    file.set(true);
    path = folder.path / "other";
    EXPECT_EQ(text(), "kept");
    WaitingFile(folder.path / "none/waiting", {}).set(true);
    WaitingFile("", {}).set(true);
}

} // namespace
} // namespace farboot::rootfs
