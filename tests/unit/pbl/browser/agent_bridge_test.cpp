#include "pbl/browser/agent_bridge.hpp"

#include <QCoreApplication>
#include <QLocalServer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <gtest/gtest.h>

namespace farboot::browser
{
namespace
{

class AgentBridgeTest : public testing::Test
{
protected:
    AgentBridgeTest() { EXPECT_TRUE(server.listen(path)); }

    QLocalSocket* accept()
    {
        EXPECT_TRUE(QTest::qWaitFor([this] { return server.hasPendingConnections(); }, 60'000));
        return server.nextPendingConnection();
    }

    int argc = 1;
    char name[5] = "test";
    char* argv[2] = {name, nullptr};
    QCoreApplication application{argc, argv};
    QTemporaryDir folder;
    QString path = folder.filePath(QStringLiteral("agent.sock"));
    QLocalServer server;
};

TEST_F(AgentBridgeTest, CarriesLinesBothWays)
{
    AgentBridge bridge(path);
    QSignalSpy heard(&bridge, &AgentBridge::received);
    bridge.listen();
    auto* agent = accept();
    agent->write("{\"event\": \"hello\"}\n{\"event\"");
    agent->write(": \"menu ü\"}\n");
    ASSERT_TRUE(QTest::qWaitFor([&] { return heard.size() == 2; }, 60'000));
    EXPECT_EQ(heard[0][0].toString(), QStringLiteral("{\"event\": \"hello\"}"));
    EXPECT_EQ(heard[1][0].toString(), QStringLiteral("{\"event\": \"menu ü\"}"));

    bridge.send(QStringLiteral("{\"command\": \"boot\"}"));
    ASSERT_TRUE(QTest::qWaitFor([&] { return agent->canReadLine(); }, 60'000));
    EXPECT_EQ(agent->readLine(), "{\"command\": \"boot\"}\n");
}

TEST_F(AgentBridgeTest, OnlyWholeLinesPass)
{
    AgentBridge bridge(path);
    QSignalSpy heard(&bridge, &AgentBridge::received);
    bridge.listen();
    auto* agent = accept();
    bridge.send(QStringLiteral("{\"command\": \"refresh\"}\n{\"command\": \"reboot\"}"));
    bridge.send(QString(64 * 1024, QLatin1Char('x')));
    bridge.send(QStringLiteral("last"));
    ASSERT_TRUE(QTest::qWaitFor([&] { return agent->canReadLine(); }, 60'000));
    EXPECT_EQ(agent->readAll(), "last\n");
}

TEST_F(AgentBridgeTest, WaitsForAListenerAndForPermission)
{
    AgentBridge unheard(path);
    unheard.listen();
    AgentBridge unproven(path);
    QSignalSpy heard_unproven(&unproven, &AgentBridge::received);
    AgentBridge fine(path);
    QSignalSpy heard(&fine, &AgentBridge::received);
    fine.listen();
    accept()->write("for the third\n");
    ASSERT_TRUE(QTest::qWaitFor([&] { return heard.size() == 1; }, 60'000));
    EXPECT_EQ(heard_unproven.size(), 0);
    EXPECT_FALSE(server.hasPendingConnections());
}

TEST_F(AgentBridgeTest, ComesBackToANewAgent)
{
    AgentBridge bridge(path);
    QSignalSpy heard(&bridge, &AgentBridge::received);
    bridge.listen();
    accept()->abort();
    accept()->write("again\n");
    EXPECT_TRUE(QTest::qWaitFor([&] { return heard.size() == 1; }, 60'000));
}

TEST_F(AgentBridgeTest, LeavesAnAgentWithAnEndlessLine)
{
    AgentBridge bridge(path);
    QSignalSpy heard(&bridge, &AgentBridge::received);
    bridge.listen();
    auto* agent = accept();
    agent->write(QByteArray(300'000, 'x'));
    EXPECT_TRUE(QTest::qWaitFor([&] { return agent->state() == QLocalSocket::UnconnectedState; }, 60'000));
    accept()->write("fine\n");
    EXPECT_TRUE(QTest::qWaitFor([&] { return heard.size() == 1; }, 60'000));
}

} // namespace
} // namespace farboot::browser
