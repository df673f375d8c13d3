// What the browser lets a page do, and what it does without one.
#include "tests/smoke/browser_fixture.hpp"

#include <QLabel>

#include <csignal>

namespace farboot::browser::test
{
namespace
{

/// A page without a framework: says what it sees in its title.
QByteArray page(const QByteArray& script)
{
    return "<!doctype html><title>loading</title><body><script>" + script + "</script></body>";
}

QString shown_text(const Window& window)
{
    QStringList texts;
    for (const auto* label : window.currentWidget()->findChildren<QLabel*>())
        texts.append(label->text());
    return texts.join(QLatin1Char('\n'));
}

bool is_waiting(const Window& window)
{
    return qobject_cast<WaitingPage*>(window.currentWidget()) != nullptr && shown_text(window).contains("Next try in");
}

TEST_F(BrowserTest, ProvesTheSandbox)
{
    HttpsServer server(authority);
    server.put(QStringLiteral("/menu/"), {"text/html", page("document.title = 'fine'")});
    const auto window = open(server.url());
    QSignalSpy proven(window.get(), &Window::sandboxProven);
    QSignalSpy missing(window.get(), &Window::sandboxMissing);
    window->load();
    EXPECT_TRUE(QTest::qWaitFor([&] { return proven.size() == 1; }, patience));
    EXPECT_TRUE(QTest::qWaitFor([&] { return window->view()->title() == QLatin1String("fine"); }, patience));
    EXPECT_EQ(missing.size(), 0);
}

TEST_F(BrowserTest, StaysInTheServersOrigin)
{
    HttpsServer other(authority);
    other.put(QStringLiteral("/menu/"), {"text/html", page("document.title = 'escaped'")});
    HttpsServer server(authority);
    server.put(QStringLiteral("/menu/own"), {"text/plain", "own"});
    server.put(QStringLiteral("/menu/"), {"text/html", page(R"(
        const other = ')" + other.url().toUtf8() + R"(/menu/';
        const tries = [
          fetch(other, {mode: 'no-cors'}).then(() => 'fetched', () => 'refused'),
          new Promise(done => { const i = new Image(); i.onload = () => done('drawn'); i.onerror = () => done('refused'); i.src = other; }),
          Promise.resolve(window.open(other) ? 'opened' : 'refused'),
          fetch('/menu/own').then(answer => answer.text()),
        ];
        document.body.append(Object.assign(document.createElement('iframe'), {src: other}));
        Promise.all(tries).then(found => { document.title = found.join(); location = other; setTimeout(() => document.title += ' still here', 500); });
    )")});
    const auto window = open(server.url());
    window->load();
    EXPECT_TRUE(QTest::qWaitFor([&] { return window->view()->title().endsWith("still here"); }, patience));
    EXPECT_EQ(window->view()->title(), QStringLiteral("refused,refused,refused,own still here"));
    EXPECT_EQ(other.asked(), QStringList());
    EXPECT_TRUE(Origin::parse(server.url())->holds(window->view()->url()));
}

TEST_F(BrowserTest, WaitsForAServerAndComesBack)
{
    auto server = std::make_unique<HttpsServer>(authority);
    const auto port = server->serverPort();
    const auto url = server->url();
    server->close();
    const auto window = open(url);
    window->load();
    ASSERT_TRUE(QTest::qWaitFor([&] { return is_waiting(*window); }, patience));
    EXPECT_TRUE(shown_text(*window).contains(url)) << shown_text(*window).toStdString();

    server->put(QStringLiteral("/menu/"), {"text/html", page("document.title = 'back'")});
    ASSERT_TRUE(server->listen(QHostAddress::LocalHost, port));
    EXPECT_TRUE(QTest::qWaitFor([&] { return window->currentWidget() == window->view(); }, patience));
    EXPECT_TRUE(QTest::qWaitFor([&] { return window->view()->title() == QLatin1String("back"); }, patience));
}

TEST_F(BrowserTest, RefusesAServerOfAnotherAuthority)
{
    const TestAuthority impostor;
    HttpsServer server(impostor);
    server.put(QStringLiteral("/menu/"), {"text/html", page("document.title = 'deceived'")});
    const auto window = open(server.url());
    window->load();
    ASSERT_TRUE(QTest::qWaitFor([&] { return is_waiting(*window); }, patience));
    EXPECT_TRUE(shown_text(*window).contains("could not prove who it is")) << shown_text(*window).toStdString();
    EXPECT_EQ(server.asked(), QStringList());
}

TEST_F(BrowserTest, LoadsAnewWhenTheRendererDies)
{
    HttpsServer server(authority);
    server.put(QStringLiteral("/menu/"), {"text/html", page("document.title = 'drawn'")});
    const auto window = open(server.url());
    QSignalSpy loaded(window.get(), &Window::pageLoaded);
    window->load();
    ASSERT_TRUE(QTest::qWaitFor([&] { return loaded.size() == 1; }, patience));
    ASSERT_EQ(kill(static_cast<pid_t>(window->view()->page()->renderProcessPid()), SIGKILL), 0);
    ASSERT_TRUE(QTest::qWaitFor([&] { return is_waiting(*window); }, patience));
    EXPECT_TRUE(QTest::qWaitFor([&] { return loaded.size() == 2; }, patience));
}

} // namespace
} // namespace farboot::browser::test
