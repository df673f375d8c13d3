#pragma once

#include "pbl/browser/certificate_check.hpp"
#include "pbl/browser/origin.hpp"

#include <QWebEngineCertificateError>
#include <QWebEnginePage>

namespace farboot::browser
{

/// A page that stays in the server's origin, opens nothing, is granted nothing, and believes only pinned authorities.
class Page : public QWebEnginePage
{
    Q_OBJECT

public:
    Page(QWebEngineProfile* profile, Origin origin, CertificateCheck certificates, QObject* parent = nullptr);
    /// Why the last certificate was refused; empty if none was since the last call.
    [[nodiscard]] QString take_refusal();

protected:
    bool acceptNavigationRequest(const QUrl& url, NavigationType type, bool is_main_frame) override;
    QWebEnginePage* createWindow(WebWindowType type) override;
    QStringList chooseFiles(FileSelectionMode mode, const QStringList& old, const QStringList& types) override;
    void javaScriptAlert(const QUrl& origin, const QString& message) override;
    bool javaScriptConfirm(const QUrl& origin, const QString& message) override;
    bool javaScriptPrompt(const QUrl& origin, const QString& message, const QString& preset, QString* result) override;
    void javaScriptConsoleMessage(JavaScriptConsoleMessageLevel level, const QString& message, int line,
                                  const QString& source) override;

private:
    void judge(QWebEngineCertificateError error);

    Origin origin_;
    CertificateCheck certificates_;
    QString refusal_;
};

} // namespace farboot::browser
