#include "vmchooser/desktop/desktop_session.hpp"

#include "tests/unit/vmchooser/temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace farboot::vmchooser;
using farboot::vmchooser::testing::TempFolder;
using ::testing::ElementsAre;

namespace
{

struct Desktops : ::testing::Test {
    TempFolder folder;

    void file(const std::string& name, const std::string& members)
    {
        std::ofstream(folder / name) << "[Desktop Entry]\nType=XSession\n" << members;
    }
    std::vector<DesktopSession> find(const std::vector<std::string>& languages = {})
    {
        return find_desktop_sessions(folder / "", languages);
    }
};

TEST_F(Desktops, AreSortedAndInTheWantedLanguage)
{
    file("b.desktop", "Name=Beta\nExec=sh\nName[de]=Zett\nComment=Second\nComment[de]=Zweite\n");
    file("a.desktop", "Name=Gamma\nExec=sh --login\nDesktopNames=X-Gamma;GNOME;\n");
    const auto sessions = find({"de_DE", "de"});
    ASSERT_EQ(sessions.size(), 2U);
    EXPECT_EQ(sessions[0].name, "Gamma");
    EXPECT_THAT(sessions[0].command, ElementsAre("sh", "--login"));
    EXPECT_THAT(sessions[0].desktops, ElementsAre("X-Gamma", "GNOME"));
    EXPECT_EQ(sessions[1].name, "Zett");
    EXPECT_EQ(sessions[1].comment, "Zweite");
    EXPECT_EQ(find({"en"})[0].name, "Beta");
}

TEST_F(Desktops, LeavesOutWhatCannotBeUsed)
{
    file("vmchooser.desktop", "Name=Itself\nExec=sh\n");
    file("hidden.desktop", "Name=Hidden\nExec=sh\nHidden=true\n");
    file("nodisplay.desktop", "Name=NoDisplay\nExec=sh\nNoDisplay=true\n");
    file("gone.desktop", "Name=Gone\nExec=farboot-no-such-desktop\n");
    file("try.desktop", "Name=Try\nExec=sh\nTryExec=farboot-no-such-desktop\n");
    file("nameless.desktop", "Exec=sh\n");
    file("noexec.desktop", "Name=NoExec\n");
    file("quote.desktop", "Name=Quote\nExec=sh \"open\n");
    file("readme.txt", "Name=Text\nExec=sh\n");
    std::ofstream(folder / "broken.desktop") << "\xff\xfe not a key file";
    EXPECT_TRUE(find().empty());
    EXPECT_TRUE(find_desktop_sessions(folder / "missing", {}).empty());
}

TEST_F(Desktops, CutsExecLikeTheSpecificationAndRunsNoShell)
{
    file("q.desktop", "Name=Q\nExec=sh \"a b\" '$HOME' %U ;reboot\n");
    ASSERT_EQ(find().size(), 1U);
    EXPECT_THAT(find()[0].command, ElementsAre("sh", "a b", "$HOME", ";reboot"));
}

TEST_F(Desktops, BecomeTheSession)
{
    const auto out = folder / "out";
    const DesktopSession session{"xfce",
                                 "Xfce",
                                 "",
                                 {"sh", "-c", "echo $XDG_CURRENT_DESKTOP $DESKTOP_SESSION $$ > " + out.native()},
                                 {"XFCE", "GTK"}};
    const pid_t child = ::fork();
    if (child == 0) {
        (void)become(session);
        ::_exit(99);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 0);
    std::ostringstream said;
    said << std::ifstream(out).rdbuf();
    EXPECT_EQ(said.str(), fmt::format("XFCE:GTK xfce {}\n", child))
        << "the same process, so that its end is the log-out";
}

TEST_F(Desktops, SaysThatAProgramIsGone)
{
    EXPECT_EQ(become({"x", "X", "", {"farboot-no-such-desktop"}, {}}).reason, "program-missing");
}

} // namespace
