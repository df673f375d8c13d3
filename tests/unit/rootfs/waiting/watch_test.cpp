#include "rootfs/waiting/watch.hpp"

#include "tests/unit/rootfs/waiting/folder.hpp"

#include <gtest/gtest.h>
#include <poll.h>

namespace farboot::rootfs
{
namespace
{

class WaitingWatchTest : public testing::Test
{
protected:
    /// Is there something to look at? Waits for it for a minute.
    static bool woken(const WaitingWatch& watch, int milliseconds = 60'000)
    {
        pollfd one{watch.descriptor(), POLLIN, 0};
        return ::poll(&one, 1, milliseconds) == 1;
    }

    Folder system;
    Folder machines;
    WaitingWatch watch{system.path / "waiting", machines.path / "vm/waiting"};
};

TEST_F(WaitingWatchTest, IsWokenByBeginAndEnd)
{
    EXPECT_FALSE(watch.look().any());
    system.write("waiting", "since=7\nserver=a.example\n");
    ASSERT_TRUE(woken(watch));
    EXPECT_EQ(watch.look().system, (WaitingState{7, {"a.example"}}));
    EXPECT_FALSE(woken(watch, 0)) << "what was looked at is taken";
    std::filesystem::remove(system.path / "waiting");
    ASSERT_TRUE(woken(watch));
    EXPECT_FALSE(watch.look().any());
}

TEST_F(WaitingWatchTest, SeesAReaderThatWaitedBefore)
{
    system.write("waiting", "since=7\n");
    EXPECT_TRUE(watch.look().system);
}

TEST_F(WaitingWatchTest, FindsAFolderThatComesLaterAndGoes)
{
    EXPECT_FALSE(watch.look().any());
    EXPECT_FALSE(watch.complete());
    for (const auto* since : {"since=7\n", "since=8\n"}) {
        const auto folder = machines.path / "vm";
        std::filesystem::create_directory(folder);
        EXPECT_FALSE(watch.look().any());
        EXPECT_TRUE(watch.complete());
        std::ofstream(folder / "new") << since;
        std::filesystem::rename(folder / "new", folder / "waiting");
        ASSERT_TRUE(woken(watch));
        EXPECT_TRUE(watch.look().machines);
        std::filesystem::remove_all(folder); // as systemd does when the service ends
        ASSERT_TRUE(woken(watch));
        EXPECT_FALSE(watch.look().any());
        EXPECT_FALSE(watch.complete());
    }
}

TEST_F(WaitingWatchTest, ShowsNothingOfAFileThatIsNone)
{
    for (const auto* text : {"", "nonsense", "since=x\n"}) {
        system.write("waiting", text);
        EXPECT_FALSE(watch.look().any()) << text;
    }
    std::filesystem::remove(system.path / "waiting");
    std::filesystem::create_directory(system.path / "waiting");
    EXPECT_FALSE(watch.look().any());
}

} // namespace
} // namespace farboot::rootfs
