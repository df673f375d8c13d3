#pragma once

#include "tests/unit/pbl/browser/test_authority.hpp"

#include <QByteArray>
#include <QMap>
#include <QSslServer>
#include <QStringList>

namespace farboot::browser::test
{

/// A server of a few files over HTTPS, with a certificate for 127.0.0.1.
class HttpsServer : public QSslServer
{
public:
    struct File {
        QByteArray type;
        QByteArray content;
    };

    using Files = QMap<QString, File>; ///< by path
    /// A folder's files, to be served below `prefix` ("/menu/"); index.html is the folder, too.
    [[nodiscard]] static Files read(const QString& prefix, const QString& folder);

    explicit HttpsServer(const TestAuthority& authority);
    [[nodiscard]] QString url() const;
    void put(const QString& path, File file) { files_[path] = std::move(file); }
    void put(const Files& files) { files_.insert(files); }
    /// The paths that were asked for, in order.
    [[nodiscard]] const QStringList& asked() const { return asked_; }

private:
    void answer(QTcpSocket* client);

    Files files_;
    QStringList asked_;
};

} // namespace farboot::browser::test
