#include "tests/smoke/browser_fixture.hpp"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

namespace farboot::browser::test
{

namespace
{

/// Chromium's sandbox is made of user namespaces, which some machines keep for root.
bool namespaces_are_allowed()
{
    const auto child = fork();
    if (child == 0)
        _exit(unshare(CLONE_NEWUSER) == 0 ? 0 : 1);
    int status = 1;
    waitpid(child, &status, 0);
    return status == 0;
}

} // namespace

FakeAgent::FakeAgent(const QString& path)
{
    EXPECT_TRUE(server_.listen(path));
    QObject::connect(&server_, &QLocalServer::newConnection, &server_, [this] {
        client_ = server_.nextPendingConnection();
        ++clients;
        for (const auto& line : greeting)
            client_->write(line + '\n');
        QObject::connect(client_, &QLocalSocket::readyRead, client_, [this, client = client_] {
            while (client->canReadLine())
                commands.append(QJsonDocument::fromJson(client->readLine()).object());
        });
    });
}

bool FakeAgent::wait_for(const QString& command)
{
    return QTest::qWaitFor(
        [&] {
            return std::ranges::any_of(commands,
                                       [&](const auto& item) { return item[u"command"].toString() == command; });
        },
        patience);
}

void FakeAgent::say(const QByteArray& line)
{
    client_->write(line + '\n');
}

BrowserTest::BrowserTest()
{
    authority.write_pem(ca_file.toStdString());
}

void BrowserTest::SetUp()
{
    static const bool allowed = namespaces_are_allowed();
    if (!allowed)
        GTEST_SKIP() << "this machine does not let users make the namespaces of Chromium's sandbox";
}

std::unique_ptr<Window> BrowserTest::open(const QString& server)
{
    auto window =
        std::make_unique<Window>(WindowOptions{.origin = Origin::parse(server).value(),
                                               .certificates = CertificateCheck::load(ca_file.toStdString()).value(),
                                               .agent_socket = folder.filePath(QStringLiteral("agent.sock"))});
    window->resize(1024, 768);
    window->show();
    return window;
}

void BrowserTest::press(Window& window, Qt::Key key)
{
    auto* target = window.view()->focusProxy();
    QTest::keyClick(target ? target : window.view(), key);
}

} // namespace farboot::browser::test
