#include "tests/smoke/https_server.hpp"

#include <QDirIterator>
#include <QFile>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>

#include <ctime>
#include <stdexcept>

namespace farboot::browser::test
{

namespace
{

QByteArray type_of(const QString& path)
{
    const QMap<QString, QByteArray> types{{"html", "text/html; charset=utf-8"},
                                          {"js", "text/javascript"},
                                          {"css", "text/css"},
                                          {"svg", "image/svg+xml"},
                                          {"woff2", "font/woff2"}};
    return types.value(path.section(QLatin1Char('.'), -1), "application/octet-stream");
}

} // namespace

HttpsServer::HttpsServer(const TestAuthority& authority)
{
    const auto now = std::time(nullptr);
    const auto issued = authority.issue("IP:127.0.0.1", now - 3600, now + 3600);
    QSslConfiguration configuration;
    configuration.setLocalCertificate(QSslCertificate(QByteArray::fromStdString(issued.certificate_pem)));
    configuration.setPrivateKey(QSslKey(QByteArray::fromStdString(issued.key_pem), QSsl::Ec));
    setSslConfiguration(configuration);
    connect(this, &QTcpServer::pendingConnectionAvailable, this, [this] {
        while (auto* client = nextPendingConnection())
            connect(client, &QTcpSocket::readyRead, this, [this, client] { answer(client); });
    });
    if (!listen(QHostAddress::LocalHost))
        throw std::runtime_error("no port");
}

QString HttpsServer::url() const
{
    return QStringLiteral("https://127.0.0.1:%1").arg(serverPort());
}

HttpsServer::Files HttpsServer::read(const QString& prefix, const QString& folder)
{
    Files files;
    QDirIterator all(folder, QDir::Files, QDirIterator::Subdirectories);
    while (all.hasNext()) {
        QFile file(all.next());
        if (!file.open(QIODevice::ReadOnly))
            throw std::runtime_error("unreadable file");
        const auto path = prefix + QDir(folder).relativeFilePath(file.fileName());
        files[path] = {type_of(path), file.readAll()};
        if (path == prefix + QLatin1String("index.html"))
            files[prefix] = files[path];
    }
    return files;
}

void HttpsServer::answer(QTcpSocket* client)
{
    // A test's requests have no body and come in one piece of TLS.
    const auto lines = client->readAll().split('\n');
    const auto words = lines.first().split(' ');
    if (words.size() < 2)
        return client->abort();
    const auto path = QString::fromUtf8(words[1]);
    asked_.append(path);
    const auto found = files_.constFind(path);
    const bool known = found != files_.constEnd();
    const auto content = known ? found->content : QByteArray("not found");
    client->write((known ? "HTTP/1.1 200 OK\r\nContent-Type: " + found->type
                         : QByteArray("HTTP/1.1 404 Not Found\r\nContent-Type: text/plain")) +
                  "\r\nContent-Length: " + QByteArray::number(content.size()) + "\r\nConnection: close\r\n\r\n" +
                  content);
    client->disconnectFromHost();
}

} // namespace farboot::browser::test
