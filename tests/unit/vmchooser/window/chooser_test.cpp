#include "vmchooser/window/chooser.hpp"

#include "tests/unit/vmchooser/window/samples.hpp"

#include <QSignalSpy>
#include <QTest>
#include <gtest/gtest.h>

using namespace farboot;
using namespace farboot::vmchooser;
using namespace farboot::vmchooser::testing;

namespace
{

constexpr int patience = 60'000;

/// The rest of the program, played: what each call answers is set by the test.
struct ChooserTest : ::testing::Test {
    Result<Menu> menu = Menu{1, machines()};
    std::atomic<int> asked = 0;
    std::function<Result<void>(std::stop_token, const Launcher::Progress&)> run = [](auto, const auto&) {
        return Result<void>();
    };
    std::vector<std::string> started;
    Result<void> power_result;
    std::optional<PowerAction> powered;
    Chooser chooser{{[this](std::stop_token) {
                         ++asked;
                         return menu;
                     },
                     [this](const MenuEntry& entry, std::stop_token stop, const Launcher::Progress& progress) {
                         started.push_back(entry.record.text());
                         return run(std::move(stop), progress);
                     },
                     [this](PowerAction action) {
                         powered = action;
                         return power_result;
                     }},
                    desktops(),
                    "student",
                    "de"};

    void load()
    {
        chooser.refresh();
        ASSERT_TRUE(QTest::qWaitFor([&] { return !chooser.loading(); }, patience));
    }
};

TEST_F(ChooserTest, SaysThatFilesVanishWhereThereIsNothingElseToSay)
{
    Chooser warning({[this](std::stop_token) { return menu; }, {}, {}}, desktops(), "student", "de", true);
    EXPECT_EQ(warning.notice(), "vanish");
    EXPECT_EQ(warning.notice_title(), "Ihre Dateien bleiben nicht hier");
    EXPECT_TRUE(warning.notice_sentence().contains("ist weg, wenn er ausgeschaltet wird"));
    warning.toggleLanguage();
    EXPECT_EQ(warning.notice_title(), "Your files do not stay here");
    menu = std::unexpected(Error{"unreachable", "There is no network."});
    warning.refresh();
    ASSERT_TRUE(QTest::qWaitFor([&] { return warning.notice() == "waiting"; }, patience));
}

TEST_F(ChooserTest, ListsWhatTheServerHas)
{
    const QSignalSpy listed(&chooser, &Chooser::listed);
    EXPECT_EQ(chooser.entries()->count(), 1);
    load();
    EXPECT_EQ(chooser.entries()->count(), 4);
    EXPECT_EQ(chooser.notice(), "");
    load();
    EXPECT_EQ(listed.count(), 1) << "only the first time";
}

TEST_F(ChooserTest, CountsDownAndAsksAgainByItself)
{
    menu = fail("unreachable", "No route.");
    load();
    EXPECT_EQ(chooser.notice(), "waiting");
    EXPECT_EQ(chooser.notice_seconds(), 5);
    EXPECT_EQ(chooser.notice_sentence(),
              "Der Server ist nicht erreichbar. Prüfen Sie das Netzkabel; es wird von selbst neu versucht.");
    EXPECT_EQ(chooser.entries()->count(), 1) << "desktops can be used without the server";
    ASSERT_TRUE(QTest::qWaitFor([&] { return chooser.notice_seconds() < 5; }, patience));
    ASSERT_TRUE(QTest::qWaitFor([&] { return asked == 2 && !chooser.loading(); }, patience));
    EXPECT_EQ(chooser.notice_seconds(), 10) << "the next wait is longer";
    menu = Menu{1, machines()};
    load();
    EXPECT_EQ(chooser.notice(), "");
    EXPECT_EQ(chooser.entries()->count(), 4);
}

TEST_F(ChooserTest, DoesNotWaitForAServerThatItDoesNotHave)
{
    menu = fail("session-data", "Not started by Farboot.");
    load();
    EXPECT_EQ(chooser.notice(), "missing");
    EXPECT_EQ(chooser.notice_seconds(), 0);
}

TEST_F(ChooserTest, KeepsTheListWhenTheServerGoesAway)
{
    load();
    menu = fail("unreachable", "No route.");
    load();
    EXPECT_EQ(chooser.entries()->count(), 4);
    EXPECT_EQ(chooser.notice(), "waiting");
}

TEST_F(ChooserTest, StartsAMachineAndComesBack)
{
    load();
    const QSignalSpy returned(&chooser, &Chooser::returned);
    run = [](const std::stop_token&, const Launcher::Progress& progress) {
        progress(LaunchStep::running);
        return Result<void>();
    };
    chooser.activate(1);
    EXPECT_EQ(chooser.step(), 0);
    EXPECT_EQ(chooser.launch_title(), "Windows 11");
    chooser.activate(0); // one at a time
    ASSERT_TRUE(QTest::qWaitFor([&] { return returned.count() == 1; }, patience));
    EXPECT_EQ(started, std::vector<std::string>{"vm/win"});
    EXPECT_EQ(chooser.step(), -1);
    EXPECT_EQ(chooser.notice(), "");
}

TEST_F(ChooserTest, SaysWhatWentWrongAndStaysUsable)
{
    load();
    run = [](const std::stop_token&, const auto&) -> Result<void> {
        return fail("revoked", "Record vm/tiny is revoked.");
    };
    chooser.activate(0);
    ASSERT_TRUE(QTest::qWaitFor([&] { return chooser.step() == -1; }, patience));
    EXPECT_EQ(chooser.notice(), "error");
    EXPECT_EQ(chooser.notice_title(), "Kleines Linux konnte nicht gestartet werden");
    EXPECT_EQ(chooser.notice_sentence(), "Diese Maschine wurde zurückgezogen.");
    EXPECT_EQ(chooser.notice_detail(), "revoked: Record vm/tiny is revoked.");
    chooser.toggleLanguage();
    EXPECT_EQ(chooser.notice_title(), "Tiny Linux could not be started");
    EXPECT_EQ(chooser.notice_sentence(), "Record vm/tiny is revoked.");
    run = [](const std::stop_token&, const auto&) { return Result<void>(); };
    chooser.activate(0);
    EXPECT_EQ(chooser.notice(), "") << "a new start clears the old error";
    ASSERT_TRUE(QTest::qWaitFor([&] { return chooser.step() == -1; }, patience));
    EXPECT_EQ(started.size(), 2U);
}

TEST_F(ChooserTest, CancelsAStart)
{
    load();
    run = [](std::stop_token stop, const auto&) -> Result<void> {
        while (!stop.stop_requested())
            std::this_thread::yield();
        return fail("cancelled", "The start was cancelled.");
    };
    chooser.activate(0);
    chooser.cancel();
    EXPECT_TRUE(chooser.cancelling());
    ASSERT_TRUE(QTest::qWaitFor([&] { return chooser.step() == -1; }, patience));
    EXPECT_EQ(chooser.notice(), "") << "what a person wanted is no error";
}

TEST_F(ChooserTest, HandsADesktopOver)
{
    load();
    const QSignalSpy chosen(&chooser, &Chooser::desktopChosen);
    chooser.activate(3);
    ASSERT_EQ(chosen.count(), 1);
    EXPECT_EQ(chosen[0][0].value<DesktopSession>().id, "xfce");
    EXPECT_TRUE(started.empty());
}

TEST_F(ChooserTest, SaysThatPowerIsRefused)
{
    power_result = fail("power", "Others are logged in.");
    chooser.powerOff();
    ASSERT_TRUE(QTest::qWaitFor([&] { return chooser.notice() == "error"; }, patience));
    EXPECT_EQ(powered, PowerAction::power_off);
    EXPECT_EQ(chooser.notice_detail(), "power: Others are logged in.");
}

TEST_F(ChooserTest, EndsWithARunningMachine)
{
    load();
    run = [](std::stop_token stop, const auto&) -> Result<void> {
        while (!stop.stop_requested())
            std::this_thread::yield();
        return fail("cancelled", "The start was cancelled.");
    };
    chooser.activate(0);
} // hangs if the machine is not stopped

TEST_F(ChooserTest, SomebodyLogsInWithHisPhoneAndSeesHisMenu)
{
    Menu everybodys{1, machines()};
    everybodys.login = true;
    Menu his = everybodys;
    his.person = "Anna A.";
    std::atomic<bool> in = false;
    std::atomic<int> polls = 0;
    std::vector<std::string> steps;
    Chooser mine{{[&](std::stop_token) { return Result<Menu>(in ? his : everybodys); },
                  {},
                  {},
                  [&](const std::string& step) -> Result<std::string> {
                      steps.push_back(step);
                      if (step.empty())
                          return R"({"user_code": "BCDF-GHJK", "verification_uri": "https://boot.example.org/account/",
                                     "qr": ["101", "010", "111"], "interval": 1})";
                      if (step == "/end")
                          return "";
                      in = ++polls == 2;
                      return in ? R"({"state": "confirmed", "interval": 1})" : R"({"state": "waiting", "interval": 1})";
                  }},
                 desktops(),
                 "student",
                 "en"};
    mine.refresh();
    ASSERT_TRUE(QTest::qWaitFor([&] { return mine.can_log_in(); }, patience));
    mine.login()->begin();
    ASSERT_TRUE(QTest::qWaitFor([&] { return mine.login()->state() == "code"; }, patience));
    EXPECT_EQ(mine.login()->code(), "BCDF-GHJK");
    EXPECT_TRUE(mine.login()->picture().startsWith("data:image/svg+xml;base64,"));
    ASSERT_TRUE(QTest::qWaitFor([&] { return mine.user_text() == "Logged in as Anna A."; }, patience));
    EXPECT_EQ(mine.login()->state(), "");
    EXPECT_FALSE(mine.can_log_in());
    const QSignalSpy ended(&mine, &Chooser::ended);
    mine.logOut();
    ASSERT_TRUE(QTest::qWaitFor([&] { return ended.count() == 1; }, patience));
    EXPECT_EQ(steps.back(), "/end") << "he leaves the PC, too";
}

TEST_F(ChooserTest, ALogInThatComesToNothingIsTold)
{
    Result<std::string> answer = R"({"user_code": "BCDF-GHJK", "interval": 1})";
    std::vector<std::string> steps;
    PersonLogin login([&](const std::string& step) -> Result<std::string> {
        steps.push_back(step);
        return step == "/poll" ? Result<std::string>(R"({"state": "refused", "interval": 1})") : answer;
    });
    login.begin();
    ASSERT_TRUE(QTest::qWaitFor([&] { return login.state() == "refused"; }, patience));
    EXPECT_EQ(login.picture(), "");
    answer = fail("http-403", "Not at this PC.");
    login.begin();
    ASSERT_TRUE(QTest::qWaitFor([&] { return login.state() == "failed"; }, patience));
    EXPECT_EQ(login.sentence(), "Not at this PC.");
    answer = R"({"user_code": "BCDF-GHJK", "interval": 60})";
    login.begin();
    ASSERT_TRUE(QTest::qWaitFor([&] { return login.state() == "code"; }, patience));
    login.stop();
    EXPECT_EQ(login.state(), "");
    ASSERT_TRUE(QTest::qWaitFor([&] { return steps.back() == "/end"; }, patience));
}

} // namespace
