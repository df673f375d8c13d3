#include "vmchooser/window/person_login.hpp"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace farboot::vmchooser
{

namespace
{

constexpr int most_failures = 6;
constexpr int most_rows = 177; ///< of the largest QR code

QJsonObject object_in(const Result<std::string>& answer)
{
    return answer ? QJsonDocument::fromJson(QByteArray::fromStdString(*answer)).object() : QJsonObject();
}

} // namespace

QString qr_picture(const QStringList& rows)
{
    constexpr int quiet = 4;
    if (rows.isEmpty() || rows.size() > most_rows)
        return {};
    const auto size = rows.size() + 2 * quiet;
    QString path;
    for (qsizetype y = 0; y < rows.size(); ++y)
        for (qsizetype x = 0; x < std::min<qsizetype>(rows[y].size(), rows.size()); ++x)
            if (rows[y][x] == u'1')
                path += QString("M%1 %2h1v1h-1z").arg(x + quiet).arg(y + quiet);
    const auto svg = QString("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %1 %1'><rect width='%1' height='%1' "
                             "fill='#fff'/><path d='%2' fill='#000'/></svg>")
                         .arg(size)
                         .arg(path);
    return "data:image/svg+xml;base64," + QString::fromLatin1(svg.toUtf8().toBase64());
}

PersonLogin::PersonLogin(Ask ask) : ask_(std::move(ask))
{
    timer_.setSingleShot(true);
    connect(&timer_, &QTimer::timeout, this, [this] { this->ask("/poll", &PersonLogin::take_poll); });
}

void PersonLogin::show(const QString& state, const QString& sentence)
{
    state_ = state;
    sentence_ = sentence;
    emit changed();
}

void PersonLogin::ask(const std::string& step, void (PersonLogin::*take)(const Result<std::string>&))
{
    thread_ = std::jthread([this, step, take, round = round_] {
        const auto answer = ask_ ? ask_(step) : fail("relay-away", "farboot-system does not run.");
        QMetaObject::invokeMethod(
            this,
            [this, take, round, answer] {
                if (round == round_)
                    (this->*take)(answer);
            },
            Qt::QueuedConnection);
    });
}

void PersonLogin::begin()
{
    ++round_;
    failures_ = 0;
    timer_.stop();
    show("asking");
    ask("", &PersonLogin::take_code);
}

void PersonLogin::stop()
{
    if (state_.isEmpty())
        return;
    ++round_;
    timer_.stop();
    const bool waits = state_ == "code" || state_ == "asking";
    show("");
    if (waits)
        ask("/end", &PersonLogin::take_end);
}

void PersonLogin::wait(int seconds)
{
    timer_.start(std::clamp(seconds, 1, 60) * 1000);
}

void PersonLogin::take_code(const Result<std::string>& answer)
{
    const auto given = object_in(answer);
    code_ = given["user_code"].toString();
    if (code_.isEmpty())
        return show("failed",
                    QString::fromStdString(answer ? "The server's answer has no code." : answer.error().sentence));
    address_ = given["verification_uri"].toString();
    QStringList rows;
    for (const auto& row : given["qr"].toArray())
        rows.push_back(row.toString());
    picture_ = qr_picture(rows);
    show("code");
    wait(given["interval"].toInt(5));
}

void PersonLogin::take_poll(const Result<std::string>& answer)
{
    const auto given = object_in(answer);
    const auto state = given["state"].toString();
    if (state.isEmpty())
        return ++failures_ > most_failures ? show("expired") : wait(5 * failures_);
    failures_ = 0;
    if (state == "waiting" || state == "slow-down")
        return wait(given["interval"].toInt(5));
    if (state != "confirmed")
        return show(state == "refused" ? "refused" : "expired");
    show("");
    emit loggedIn();
}

void PersonLogin::take_end(const Result<std::string>&) {}

} // namespace farboot::vmchooser
