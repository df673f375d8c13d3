#include "pbl/browser/agent_bridge.hpp"

#include <QMetaMethod>

#include <chrono>

namespace farboot::browser
{

namespace
{

using namespace std::chrono_literals;

constexpr qint64 max_line = 64 * 1024; // docs/agent-protocol.md
constexpr auto retry_interval = 100ms;

} // namespace

AgentBridge::AgentBridge(QString socket_path, QObject* parent) : QObject(parent), socket_path_(std::move(socket_path))
{
    socket_.setReadBufferSize(4 * max_line);
    retry_.setInterval(retry_interval);
    connect(&retry_, &QTimer::timeout, this, &AgentBridge::connect_when_heard);
    connect(&socket_, &QLocalSocket::connected, &retry_, &QTimer::stop);
    connect(&socket_, &QLocalSocket::disconnected, &retry_, qOverload<>(&QTimer::start));
    connect(&socket_, &QLocalSocket::readyRead, this, &AgentBridge::read_lines);
}

void AgentBridge::listen()
{
    retry_.start();
}

void AgentBridge::connect_when_heard()
{
    // The web channel does not tell when a page connects to a signal: ask.
    static const auto signal = QMetaMethod::fromSignal(&AgentBridge::received);
    if (isSignalConnected(signal) && socket_.state() == QLocalSocket::UnconnectedState)
        socket_.connectToServer(socket_path_);
}

void AgentBridge::send(const QString& text)
{
    const auto line = text.toUtf8();
    if (line.size() >= max_line || line.contains('\n')) {
        qWarning("farboot-browser: the page sent a command of %lld bytes that is not one line; dropped",
                 static_cast<long long>(line.size()));
        return;
    }
    if (socket_.state() != QLocalSocket::ConnectedState) {
        qWarning("farboot-browser: the agent is away; a command was dropped");
        return;
    }
    socket_.write(line + '\n');
}

void AgentBridge::read_lines()
{
    while (socket_.canReadLine()) {
        auto line = socket_.readLine();
        line.chop(1);
        Q_EMIT received(QString::fromUtf8(line));
    }
    if (socket_.bytesAvailable() >= max_line) {
        qWarning("farboot-browser: the agent sent an endless line; connecting anew");
        socket_.abort();
    }
}

} // namespace farboot::browser
