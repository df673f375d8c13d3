#pragma once

#include <QLocalSocket>
#include <QObject>
#include <QString>
#include <QTimer>

namespace farboot::browser
{

/// The object `agent` in the page (docs/agent-protocol.md, "In the page"): carries lines between the page and the
/// agent's socket, and understands none of them; the agent judges every line itself.
///
/// One bridge serves one page, so that each page gets a connection of its own and hears the agent's greeting from the
/// start. It connects when it may (listen()) and the page has connected to received(), and again when the agent was
/// away.
class AgentBridge : public QObject
{
    Q_OBJECT

public:
    explicit AgentBridge(QString socket_path, QObject* parent = nullptr);
    /// The page has been found trustworthy: connect as soon as it listens.
    void listen();

    /// One command line from the page, without its end. Lines the agent would not take are dropped with a warning.
    Q_INVOKABLE void send(const QString& text);

Q_SIGNALS:
    /// One event line from the agent, without its end.
    void received(const QString& text);

private:
    void connect_when_heard();
    void read_lines();

    QString socket_path_;
    QLocalSocket socket_;
    QTimer retry_;
};

} // namespace farboot::browser
