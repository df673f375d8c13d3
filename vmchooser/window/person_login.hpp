#pragma once

#include "rootfs/base/error.hpp"

#include <QObject>
#include <QTimer>

#include <functional>
#include <string>
#include <thread>

namespace farboot::vmchooser
{

/// Somebody logs in at this PC with his phone: what the window shows him meanwhile (docs/users.md "At a PC").
class PersonLogin : public QObject
{
    Q_OBJECT
    /// "": nobody does; "asking" for a code, "code", "refused", "expired", "failed".
    Q_PROPERTY(QString state READ state NOTIFY changed)
    Q_PROPERTY(QString code READ code NOTIFY changed)
    Q_PROPERTY(QString address READ address NOTIFY changed)
    /// A drawing of the QR code, as a data: address; empty: there is none.
    Q_PROPERTY(QString picture READ picture NOTIFY changed)
    /// Why it failed, in the server's words.
    Q_PROPERTY(QString sentence READ sentence NOTIFY changed)

public:
    /// CatalogClient::login(): "" begins, "/poll" asks, "/end" ends. Called on a thread of its own.
    using Ask = std::function<Result<std::string>(const std::string& step)>;
    explicit PersonLogin(Ask ask);

    [[nodiscard]] QString state() const { return state_; }
    [[nodiscard]] QString code() const { return code_; }
    [[nodiscard]] QString address() const { return address_; }
    [[nodiscard]] QString picture() const { return picture_; }
    [[nodiscard]] QString sentence() const { return sentence_; }

    Q_INVOKABLE void begin();
    Q_INVOKABLE void stop();

signals:
    void changed();
    /// Another person: the menu is another one, too.
    void loggedIn();

private:
    void ask(const std::string& step, void (PersonLogin::*take)(const Result<std::string>&));
    void take_code(const Result<std::string>& answer);
    void take_poll(const Result<std::string>& answer);
    void take_end(const Result<std::string>& answer);
    void show(const QString& state, const QString& sentence = {});
    void wait(int seconds);

    Ask ask_;
    QString state_, code_, address_, picture_, sentence_;
    int round_ = 0; ///< grows with each begin() and stop(): answers of earlier ones come too late
    int failures_ = 0;
    QTimer timer_;
    std::jthread thread_; ///< last: it is joined before what its end is told to goes away
};

/// The drawing of rows of 1 (dark) and 0, with the quiet zone that readers want.
[[nodiscard]] QString qr_picture(const QStringList& rows);

} // namespace farboot::vmchooser
