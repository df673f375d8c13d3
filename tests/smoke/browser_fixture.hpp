#pragma once

#include "pbl/browser/window.hpp"
#include "tests/smoke/https_server.hpp"

#include <QJsonDocument>
#include <QJsonObject>
#include <QLocalServer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <gtest/gtest.h>

namespace farboot::browser::test
{

/// How long Chromium may take for anything on a busy machine, in milliseconds.
inline constexpr int patience = 120'000;

/// The agent's side of the socket (docs/agent-protocol.md), as a test speaks it.
class FakeAgent
{
public:
    explicit FakeAgent(const QString& path);
    /// Sent to each client that connects.
    QList<QByteArray> greeting;
    /// What came in, command by command.
    QList<QJsonObject> commands;
    int clients = 0;

    [[nodiscard]] bool wait_for(const QString& command);
    void say(const QByteArray& line);

private:
    QLocalServer server_;
    QLocalSocket* client_ = nullptr;
};

class BrowserTest : public testing::Test
{
protected:
    BrowserTest();
    void SetUp() override;
    /// A window on `server`, not yet loading.
    std::unique_ptr<Window> open(const QString& server);
    /// Presses a key as a person would, wherever the focus is.
    static void press(Window& window, Qt::Key key);

    QTemporaryDir folder;
    TestAuthority authority;
    QString ca_file = folder.filePath(QStringLiteral("ca.pem"));
    FakeAgent agent{folder.filePath(QStringLiteral("agent.sock"))};
};

/// The built menu page, read before the program gave up its rights; empty if it has not been built.
extern HttpsServer::Files menu_page;

} // namespace farboot::browser::test
