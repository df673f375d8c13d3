// The real window with a played program behind it, by the keys and clicks of a person.
#include "vmchooser/window/window.hpp"

#include "tests/unit/vmchooser/window/samples.hpp"

#include <QQuickItem>
#include <QSignalSpy>
#include <QTest>
#include <gtest/gtest.h>

using namespace farboot;
using namespace farboot::vmchooser;
using namespace farboot::vmchooser::testing;

namespace
{

constexpr int patience = 60'000;

struct WindowTest : ::testing::Test {
    Result<Menu> menu = Menu{1, machines()};
    std::function<Result<void>(std::stop_token)> run = [](const auto&) { return Result<void>(); };
    std::vector<std::string> started;
    std::optional<PowerAction> powered;
    Chooser chooser{{[this](std::stop_token) { return menu; },
                     [this](const MenuEntry& entry, std::stop_token stop, const Launcher::Progress&) {
                         started.push_back(entry.record.text());
                         return run(std::move(stop));
                     },
                     [this](PowerAction action) {
                         powered = action;
                         return Result<void>();
                     }},
                    desktops(),
                    "student",
                    "en"};
    ChooserWindow view{chooser};
    QQuickWindow& window = view.window();

    void SetUp() override
    {
        window.show();
        window.requestActivate();
        ASSERT_TRUE(QTest::qWaitForWindowActive(&window, patience));
        load();
    }
    void load()
    {
        chooser.refresh();
        ASSERT_TRUE(QTest::qWaitFor([&] { return !chooser.loading(); }, patience));
    }
    template <class T = QQuickItem>
    T* item(const char* name)
    {
        auto* found = window.findChild<T*>(name);
        EXPECT_TRUE(found) << name;
        return found;
    }
    void key(Qt::Key code) { QTest::keyClick(&window, code); }
    int current() { return item("entries")->property("currentIndex").toInt(); }
    void click(const QQuickItem* target)
    {
        QTest::mouseClick(&window, Qt::LeftButton, {}, target->mapToScene(target->boundingRect().center()).toPoint());
    }
    /// Starts the first machine; it goes on starting until it is cancelled.
    bool starting()
    {
        run = [](std::stop_token stop) -> Result<void> {
            while (!stop.stop_requested())
                std::this_thread::yield();
            return fail("cancelled", "The start was cancelled.");
        };
        key(Qt::Key_Return);
        return QTest::qWaitFor([&] { return chooser.step() >= 0; }, patience);
    }
    bool launched(std::size_t count)
    {
        return QTest::qWaitFor([&] { return started.size() == count && chooser.step() == -1 && !chooser.loading(); },
                               patience);
    }
};

TEST_F(WindowTest, ArrowsMoveAndEnterStarts)
{
    EXPECT_EQ(current(), 0);
    key(Qt::Key_Up);
    EXPECT_EQ(current(), 0) << "the ends are ends";
    key(Qt::Key_Down);
    EXPECT_EQ(current(), 1);
    key(Qt::Key_End);
    EXPECT_EQ(current(), 3);
    key(Qt::Key_Home);
    key(Qt::Key_Down);
    key(Qt::Key_Return);
    ASSERT_TRUE(launched(1));
    EXPECT_EQ(started[0], "vm/win");
    key(Qt::Key_Enter);
    ASSERT_TRUE(launched(2)) << "after a machine the keyboard is the list's again";
    EXPECT_EQ(started[1], "vm/win") << "and what was chosen still is";
}

TEST_F(WindowTest, LettersJump)
{
    key(Qt::Key_X);
    EXPECT_EQ(current(), 3);
    ASSERT_TRUE(QTest::qWaitFor([&] { return item("entries")->property("typed").toString().isEmpty(); }, patience));
    key(Qt::Key_T);
    EXPECT_EQ(current(), 0);
    key(Qt::Key_T);
    EXPECT_EQ(current(), 2) << "the same letter again goes on";
    ASSERT_TRUE(QTest::qWaitFor([&] { return item("entries")->property("typed").toString().isEmpty(); }, patience));
    key(Qt::Key_T);
    key(Qt::Key_E);
    EXPECT_EQ(current(), 2) << "letters in a row narrow down";
}

TEST_F(WindowTest, AClickStarts)
{
    auto* list = item("entries");
    QQuickItem* second = nullptr;
    ASSERT_TRUE(QMetaObject::invokeMethod(list, "itemAtIndex", Q_RETURN_ARG(QQuickItem*, second), Q_ARG(int, 1)));
    ASSERT_TRUE(second);
    click(second);
    ASSERT_TRUE(launched(1));
    EXPECT_EQ(started[0], "vm/win");
}

TEST_F(WindowTest, EscapeCancelsAStart)
{
    ASSERT_TRUE(starting());
    EXPECT_EQ(item("launchTitle")->property("text"), "Tiny Linux");
    key(Qt::Key_Escape);
    ASSERT_TRUE(launched(1));
    EXPECT_EQ(chooser.notice(), "");
    key(Qt::Key_Down);
    EXPECT_EQ(current(), 1);
}

TEST_F(WindowTest, OnlyEscapeOrTheButtonCancelAStart)
{
    ASSERT_TRUE(starting());
    key(Qt::Key_Return);
    key(Qt::Key_Space);
    EXPECT_FALSE(chooser.cancelling());
    key(Qt::Key_Tab);
    EXPECT_EQ(window.activeFocusItem(), item("cancel"));
    QKeyEvent held(QEvent::KeyPress, Qt::Key_Return, Qt::NoModifier, "\r", true);
    QCoreApplication::sendEvent(&window, &held);
    EXPECT_FALSE(chooser.cancelling());
    key(Qt::Key_Return);
    EXPECT_TRUE(launched(1));
}

TEST_F(WindowTest, ErrorsAreShownAndGoAwayWithTheNextMove)
{
    run = [](const auto&) -> Result<void> { return fail("key-unknown", "Nobody we know signed vm/tiny."); };
    key(Qt::Key_Return);
    ASSERT_TRUE(launched(1));
    EXPECT_EQ(item("noticeTitle")->property("text"), "Tiny Linux could not be started");
    EXPECT_EQ(item("noticeSentence")->property("text"), "Nobody we know signed vm/tiny.");
    EXPECT_TRUE(item("noticeSentence")->isVisible());
    key(Qt::Key_Down);
    EXPECT_FALSE(item("noticeSentence")->isVisible());
}

TEST_F(WindowTest, CountsDownInTheWindow)
{
    menu = fail("unreachable", "The server is away.");
    load();
    EXPECT_EQ(item("countdown")->property("text"), "Next try in 5 s");
    EXPECT_TRUE(item("countdown")->isVisible());
    menu = Menu{2, machines()};
    key(Qt::Key_F5);
    ASSERT_TRUE(QTest::qWaitFor([&] { return chooser.notice().isEmpty(); }, patience));
}

TEST_F(WindowTest, TabReachesTheButtonsAndPowerIsAskedTwice)
{
    key(Qt::Key_Tab);
    EXPECT_EQ(window.activeFocusItem(), item("language"));
    key(Qt::Key_Space);
    EXPECT_EQ(chooser.language(), "de");
    key(Qt::Key_Tab);
    key(Qt::Key_Tab);
    EXPECT_EQ(window.activeFocusItem(), item("power"));
    key(Qt::Key_Return);
    EXPECT_FALSE(powered);
    EXPECT_EQ(window.activeFocusItem(), item("powerOff"));
    key(Qt::Key_Escape);
    key(Qt::Key_Down);
    EXPECT_EQ(current(), 1) << "the list has the keyboard again";
    click(item("power"));
    key(Qt::Key_Down);
    EXPECT_EQ(window.activeFocusItem(), item("restart"));
    key(Qt::Key_Return);
    ASSERT_TRUE(QTest::qWaitFor([&] { return powered.has_value(); }, patience));
    EXPECT_EQ(powered, PowerAction::restart);
}

TEST_F(WindowTest, LogOutIsAClickAway)
{
    const QSignalSpy ended(&chooser, &Chooser::ended);
    click(item("logOut"));
    EXPECT_EQ(ended.count(), 1);
}

TEST_F(WindowTest, IsPaintedAndNotBlank)
{
    const auto picture = window.grabWindow();
    ASSERT_EQ(picture.size(), window.size() * window.devicePixelRatio());
    // The chosen card's ground, where it must be and nowhere above it.
    const auto* list = item("entries");
    const auto middle = list->mapToScene({list->width() * 0.75, 0}).toPoint();
    bool seen = false;
    for (int y = middle.y(); y < middle.y() + 200 && !seen; ++y)
        seen = picture.pixelColor(middle.x(), y) == QColor("#1650b0");
    EXPECT_TRUE(seen);
    EXPECT_EQ(picture.pixelColor(5, picture.height() / 2), QColor("#0d1422"));
}

} // namespace
