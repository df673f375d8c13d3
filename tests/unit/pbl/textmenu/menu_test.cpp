#include "tests/unit/pbl/textmenu/terminal_screen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>
#include <vector>

namespace farboot::textmenu::testing_textmenu
{

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace
{

constexpr auto patience = std::chrono::minutes(1);

/// The real program on a pseudo-terminal of 80x24, with the test as its agent.
class TextMenuTest : public testing::Test
{
protected:
    TextMenuTest()
    {
        folder_ = std::filesystem::temp_directory_path() / ("textmenu-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const auto path = (folder_ / "agent.sock").string();
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(listener_, 1), 0);
        const winsize size{24, 80, 0, 0};
        char name[64];
        EXPECT_EQ(::openpty(&terminal_, &slave_, name, nullptr, &size), 0);
        tty_ = name;
    }

    ~TextMenuTest() override
    {
        if (child_ > 0)
            end();
        for (const int fd : {terminal_, slave_, agent_, listener_})
            if (fd >= 0)
                ::close(fd);
        std::filesystem::remove_all(folder_);
    }

    void start(const std::vector<std::string>& more = {})
    {
        std::vector<std::string> arguments{FARBOOT_TEXTMENU, "--tty", tty_, "--socket",
                                           (folder_ / "agent.sock").string()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        std::vector<char*> argv;
        for (auto& argument : arguments)
            argv.push_back(argument.data());
        argv.push_back(nullptr);
        child_ = ::fork();
        if (child_ == 0) {
            ::execv(argv[0], argv.data());
            ::_exit(127);
        }
        agent_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    }

    int end()
    {
        ::kill(child_, SIGTERM);
        return wait_end();
    }

    int wait_end()
    {
        int status = 0;
        ::waitpid(child_, &status, 0);
        child_ = -1;
        return WEXITSTATUS(status);
    }

    void tell(const json& event)
    {
        const auto line = event.dump() + "\n";
        ASSERT_EQ(::send(agent_, line.data(), line.size(), MSG_NOSIGNAL), static_cast<ssize_t>(line.size()));
    }

    /// `more`: further members of the menu.
    void greet(const std::string& language = "de", const json& more = json::object())
    {
        tell({{"event", "hello"}, {"version", 1}, {"server", "https://boot.example.org"}, {"language", language}});
        json menu{{"version", 1},
                  {"entries",
                   {{{"id", 4},
                     {"record", "boot/desktop"},
                     {"title", {{"de", "Arbeitsplatz für alle"}, {"en", "Desktop"}}},
                     {"description", {{"de", "mit Büroprogrammen"}}}},
                    {{"id", 7}, {"record", "boot/kiosk"}, {"title", {{"de", "Recherche\x1b[2J"}, {"en", "Kiosk"}}}}}}};
        menu.update(more);
        tell({{"event", "menu"}, {"menu", menu}});
        tell({{"event", "state"}, {"state", "menu"}});
    }

    void press(const std::string& keys)
    {
        ASSERT_EQ(::write(terminal_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
    }

    /// Reads the terminal until its screen shows a text.
    std::string wait_screen(const std::string& text)
    {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (screen_.text().find(text) == std::string::npos) {
            pollfd wait{terminal_, POLLIN, 0};
            char buffer[4096];
            if (std::chrono::steady_clock::now() > deadline) {
                ADD_FAILURE() << "\"" << text << "\" did not come; the screen shows\n" << screen_.text();
                break;
            }
            if (::poll(&wait, 1, 100) == 1)
                if (const auto got = ::read(terminal_, buffer, sizeof buffer); got > 0)
                    screen_.feed({buffer, static_cast<std::size_t>(got)});
        }
        return screen_.text();
    }

    /// The next command that the menu sends.
    json wait_command()
    {
        pollfd wait{agent_, POLLIN, 0};
        std::string line;
        char c = 0;
        while (::poll(&wait, 1, 60'000) == 1 && ::read(agent_, &c, 1) == 1 && c != '\n')
            line += c;
        return json::parse(line, nullptr, false);
    }

    std::filesystem::path folder_;
    std::string tty_;
    int listener_ = -1, terminal_ = -1, slave_ = -1, agent_ = -1;
    pid_t child_ = -1;
    TerminalScreen screen_{80, 24};
};

TEST_F(TextMenuTest, ShowsTheMenuAndStartsWhatIsChosen)
{
    start();
    greet();
    for (const auto* text :
         {"Bitte ein System wählen.", "Farboot  https://boot.example.org",
          ">  1  Arbeitsplatz für alle - mit Büroprogrammen", "   2  Recherche[2J", "Enter: starten"})
        wait_screen(text);
    press("\x1b[B");
    wait_screen(">  2  Recherche");
    press("\x1b[B"); // around
    wait_screen(">  1  Arbeitsplatz");
    press("2");
    wait_screen(">  2  Recherche");
    press("\r");
    EXPECT_EQ(wait_command(), (json{{"command", "boot"}, {"record", "boot/kiosk"}}));
    EXPECT_EQ(screen_.unknown(), 0U);
}

TEST_F(TextMenuTest, BeginsAtTheMenusDefault)
{
    start();
    greet("de", {{"auto", {{"id", 4}, {"seconds", 9}}}, {"default", 7}});
    wait_screen(">  2  Recherche");
}

TEST_F(TextMenuTest, BeginsAtWhatBootsByItselfWhereThereIsNoDefault)
{
    start();
    greet("de", {{"auto", {{"id", 7}, {"seconds", 9}}}, {"default", nullptr}});
    wait_screen(">  2  Recherche");
}

TEST_F(TextMenuTest, ShowsATransferWithBarRateAndTimeLeft)
{
    start();
    greet();
    tell({{"event", "state"},
          {"state", "fetching"},
          {"record", "boot/desktop"},
          {"title", "Arbeitsplatz"},
          {"bytes", 10'000'000},
          {"total", 40'000'000},
          {"rate", 3'000'000}});
    const auto text = wait_screen("noch 11 s");
    EXPECT_THAT(text, AllOf(HasSubstr("Arbeitsplatz wird geholt"), HasSubstr("[####"), HasSubstr("...]"),
                            HasSubstr("25 %  10.0 / 40.0 MB  3.0 MB/s")));
    press("\r"); // starts nothing
    press("\x1b");
    EXPECT_EQ(wait_command(), (json{{"command", "cancel"}}));
}

TEST_F(TextMenuTest, AnyKeyStopsTheCountdown)
{
    start();
    greet();
    tell({{"event", "state"}, {"state", "countdown"}, {"title", "Kiosk"}, {"seconds", 9}});
    wait_screen("Kiosk startet in 9 s. Jede Taste hält das an.");
    press("r");
    EXPECT_EQ(wait_command(), (json{{"command", "cancel"}}));
}

TEST_F(TextMenuTest, ShowsErrorsAndWaitingInBothLanguages)
{
    start();
    greet("en");
    tell({{"event", "state"},
          {"state", "error"},
          {"reason", "key-unknown"},
          {"sentence", {{"de", "Der Schlüssel ist fremd."}, {"en", "The key is a stranger's."}}}});
    wait_screen("The key is a stranger's. [key-unknown]");
    press("l");
    wait_screen("Der Schlüssel ist fremd. [key-unknown]");
    press("l");
    wait_screen("The key is");
    tell({{"event", "state"},
          {"state", "waiting"},
          {"seconds", 4},
          {"reason", "unreachable"},
          {"sentence", {{"de", "Server weg."}, {"en", "The server is away."}}}});
    wait_screen("The server is away. Trying again in 4 s.");
    press("\r"); // the list is there all the while
    EXPECT_EQ(wait_command(), (json{{"command", "boot"}, {"record", "boot/desktop"}}));
}

TEST_F(TextMenuTest, ShowsTheKeyThatAnAdminHasToConfirm)
{
    start();
    greet("en");
    const auto pc = [](const char* state, const json& code) -> json {
        return {{"event", "pc"}, {"id", 12}, {"name", ""}, {"key", {{"state", state}, {"code", code}}}};
    };
    tell(pc("waiting", "k7qm-2xpa-9dfe-3htr"));
    wait_screen("PC 12: the key k7qm-2xpa-9dfe-3htr waits to be confirmed.");
    tell(pc("other", nullptr));
    wait_screen("PC 12 is enrolled with a key that this PC does not have.");
    press("l");
    wait_screen("einem Schlüssel angemeldet, den dieser PC nicht hat.");
    tell(pc("confirmed", "k7qm-2xpa-9dfe-3htr"));
    tell({{"event", "state"}, {"state", "server"}});
    EXPECT_THAT(wait_screen("Frage den Server"), Not(HasSubstr("k7qm")));
}

TEST_F(TextMenuTest, SomebodyLogsInWithHisPhone)
{
    start();
    greet("en", {{"login", true}});
    wait_screen("a: log in");
    press("a");
    EXPECT_EQ(wait_command(), (json{{"command", "log-in"}}));
    tell({{"event", "login"},
          {"state", "code"},
          {"code", "BCDF-GHJK"},
          {"url", "https://boot.example.org/account/"},
          {"qr", {"101"}}});
    wait_screen("open https://boot.example.org/account/ on your phone");
    wait_screen("BCDF-GHJK");
    press("\x1b");
    EXPECT_EQ(wait_command(), (json{{"command", "log-out"}}));
    tell({{"event", "login"}, {"state", "expired"}});
    wait_screen("took too long");
    tell({{"event", "login"}, {"state", "failed"}, {"sentence", {{"en", "The server is away."}}}});
    wait_screen("The server is away.");
    tell({{"event", "login"}, {"state", "none"}});
    greet("en", {{"login", true}, {"person", {{"name", "anna"}, {"full_name", "Anna A."}}}});
    wait_screen("Anna A.");
    wait_screen("a: log out");
    press("a");
    EXPECT_EQ(wait_command(), (json{{"command", "log-out"}}));
}

TEST_F(TextMenuTest, NobodyLogsInWhereTheServerDoesNotWantIt)
{
    start();
    greet("en");
    EXPECT_THAT(wait_screen("Please choose"), Not(HasSubstr("log in")));
    press("a");
    press("u");
    EXPECT_EQ(wait_command(), (json{{"command", "refresh"}}));
}

TEST_F(TextMenuTest, OtherKeysAreCommands)
{
    start();
    greet();
    wait_screen("Bitte ein System");
    press("\x1b[15~\x1bOP\x1b[[Ax"); // function keys: nothing
    press("u");
    EXPECT_EQ(wait_command(), (json{{"command", "refresh"}}));
    press("r");
    EXPECT_EQ(wait_command(), (json{{"command", "reboot"}}));
    press("p");
    EXPECT_EQ(wait_command(), (json{{"command", "power-off"}}));
}

TEST_F(TextMenuTest, LinesOfOthersScrollBelowTheMenuAndStayWhole)
{
    start();
    greet();
    wait_screen("Bitte ein System wählen.");
    const auto before = wait_screen(std::string(80, '-'));
    std::string lines;
    for (int i = 0; i < 20; ++i)
        lines += "farboot: stage: number-" + std::to_string(i) + "\n";
    ASSERT_GT(::write(slave_, lines.data(), lines.size()), 0);
    auto text = wait_screen("number-19");
    EXPECT_THAT(text, HasSubstr("farboot: stage: number-18\nfarboot: stage: number-19\n"));
    EXPECT_THAT(text, Not(HasSubstr("number-2\n")));
    EXPECT_EQ(text.substr(0, text.find("----")), before.substr(0, before.find("----")));
    press("\x1b[B");
    text = wait_screen(">  2  Recherche");
    EXPECT_THAT(text, HasSubstr("farboot: stage: number-19\n"));
}

TEST_F(TextMenuTest, SpellsInAsciiWhereThereIsNothingElse)
{
    start({"--ascii"});
    greet();
    wait_screen("Bitte ein System waehlen.");
    const auto text = wait_screen("Arbeitsplatz fuer alle - mit Bueroprogrammen");
    EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return (c & 0x80) == 0; }));
}

TEST_F(TextMenuTest, GivesTheTerminalBackAsItWas)
{
    termios before{};
    ASSERT_EQ(::tcgetattr(slave_, &before), 0);
    start();
    greet();
    wait_screen("Bitte ein System");
    termios during{};
    ASSERT_EQ(::tcgetattr(slave_, &during), 0);
    EXPECT_EQ(during.c_lflag & (ICANON | ECHO | ISIG), 0U);
    EXPECT_EQ(end(), 0);
    termios after{};
    ASSERT_EQ(::tcgetattr(slave_, &after), 0);
    EXPECT_EQ(after.c_lflag, before.c_lflag);
    EXPECT_EQ(after.c_iflag, before.c_iflag);
}

TEST_F(TextMenuTest, ANewerAgentIsRefused)
{
    start();
    tell({{"event", "hello"}, {"version", 2}});
    EXPECT_EQ(wait_end(), 1);
}

TEST_F(TextMenuTest, EndsWithTheAgent)
{
    start();
    greet();
    wait_screen("Bitte ein System");
    ::close(std::exchange(agent_, -1));
    EXPECT_EQ(wait_end(), 1);
}

} // namespace

} // namespace farboot::textmenu::testing_textmenu
