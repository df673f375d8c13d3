// The menu page that the server serves, in the engine that the preboot system shows it in.
#include "tests/smoke/browser_fixture.hpp"

namespace farboot::browser::test
{
namespace
{

constexpr auto hello = R"({"event": "hello", "version": 1, "server": "https://127.0.0.1", "language": "en"})";
constexpr auto menu = R"({"event": "menu", "menu": {"version": 1, "revision": 1, "entries": [
 {"id": 1, "kind": "system", "record": "boot/first", "number": 1, "title": {"en": "First", "de": "Erstes"},
  "description": {"en": "", "de": ""}, "icon": "desktop"},
 {"id": 2, "kind": "system", "record": "boot/second", "number": 1, "title": {"en": "Second", "de": "Zweites"},
  "description": {"en": "", "de": ""}, "icon": "terminal"}],
 "auto": null, "gui": null, "sources": [], "policy": 1}})";
constexpr auto state = R"({"event": "state", "state": "menu"})";

class MenuPageTest : public BrowserTest
{
protected:
    void SetUp() override
    {
        BrowserTest::SetUp();
        if (menu_page.isEmpty())
            GTEST_SKIP() << "server/web/dist/menu has not been built";
        server.put(menu_page);
        agent.greeting = {hello, QByteArray(menu).replace('\n', ' '), state};
    }
    HttpsServer server{authority};
};

TEST_F(MenuPageTest, ArrowDownAndEnterBootTheSecondSystem)
{
    const auto window = open(server.url());
    window->load();
    ASSERT_TRUE(agent.wait_for(QStringLiteral("page-ready")));
    press(*window, Qt::Key_Down);
    press(*window, Qt::Key_Return);
    ASSERT_TRUE(agent.wait_for(QStringLiteral("boot")));
    EXPECT_EQ(agent.commands.last()[u"record"].toString(), QStringLiteral("boot/second"));
    EXPECT_EQ(agent.clients, 1);
}

TEST_F(MenuPageTest, EscapeCancelsARunningFetch)
{
    const auto window = open(server.url());
    window->load();
    ASSERT_TRUE(agent.wait_for(QStringLiteral("page-ready")));
    press(*window, Qt::Key_Return);
    ASSERT_TRUE(agent.wait_for(QStringLiteral("boot")));
    agent.say(
        R"({"event": "state", "state": "fetching", "record": "boot/first", "title": "First", "bytes": 1, "total": 9, "rate": 1})");
    press(*window, Qt::Key_Escape);
    EXPECT_TRUE(agent.wait_for(QStringLiteral("cancel")));
}

} // namespace
} // namespace farboot::browser::test
