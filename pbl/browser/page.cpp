#include "pbl/browser/page.hpp"

#include <QSslCertificate>
#include <QWebEngineClientCertificateSelection>
#include <QWebEngineFullScreenRequest>
#include <QWebEngineQuotaRequest>
#include <QWebEngineRegisterProtocolHandlerRequest>

namespace farboot::browser
{

namespace
{

constexpr int max_console_text = 500;

} // namespace

Page::Page(QWebEngineProfile* profile, Origin origin, CertificateCheck certificates, QObject* parent)
    : QWebEnginePage(profile, parent), origin_(std::move(origin)), certificates_(std::move(certificates))
{
    connect(this, &QWebEnginePage::certificateError, this, &Page::judge);
    connect(this, &QWebEnginePage::featurePermissionRequested, this,
            [this](const QUrl& url, Feature feature) { setFeaturePermission(url, feature, PermissionDeniedByUser); });
    connect(this, &QWebEnginePage::fullScreenRequested, this,
            [](QWebEngineFullScreenRequest request) { request.reject(); });
    connect(this, &QWebEnginePage::quotaRequested, this, [](QWebEngineQuotaRequest request) { request.reject(); });
    connect(this, &QWebEnginePage::registerProtocolHandlerRequested, this,
            [](QWebEngineRegisterProtocolHandlerRequest request) { request.reject(); });
    connect(this, &QWebEnginePage::selectClientCertificate, this,
            [](QWebEngineClientCertificateSelection selection) { selection.selectNone(); });
}

QString Page::take_refusal()
{
    return std::exchange(refusal_, {});
}

bool Page::acceptNavigationRequest(const QUrl& url, NavigationType, bool)
{
    if (origin_.holds(url))
        return true;
    qWarning("farboot-browser: refused to go to %s", qPrintable(url.toDisplayString().left(max_console_text)));
    return false;
}

QWebEnginePage* Page::createWindow(WebWindowType)
{
    return nullptr;
}

QStringList Page::chooseFiles(FileSelectionMode, const QStringList&, const QStringList&)
{
    return {};
}

// A dialog would stand over the menu with no window manager to put it away.
void Page::javaScriptAlert(const QUrl&, const QString&) {}

bool Page::javaScriptConfirm(const QUrl&, const QString&)
{
    return false;
}

bool Page::javaScriptPrompt(const QUrl&, const QString&, const QString&, QString*)
{
    return false;
}

void Page::javaScriptConsoleMessage(JavaScriptConsoleMessageLevel level, const QString& message, int line,
                                    const QString& source)
{
    if (level == InfoMessageLevel)
        return;
    qWarning("farboot-browser: page: %s (%s:%d)", qPrintable(message.left(max_console_text)),
             qPrintable(source.left(200)), line);
}

/// Chromium trusts no authority here (the layer ships none), so that every certificate comes before this judge.
void Page::judge(QWebEngineCertificateError error)
{
    std::vector<std::string> chain;
    for (const auto& certificate : error.certificateChain())
        chain.push_back(certificate.toDer().toStdString());
    Result<void> verdict = fail("tls", "A connection to another place than the server was refused.");
    if (origin_.holds(error.url()))
        verdict = certificates_.verify(chain, origin_.host().toStdString(), std::time(nullptr));
    if (verdict) {
        error.acceptCertificate();
        return;
    }
    refusal_ = QString::fromStdString(verdict.error().sentence);
    qWarning("farboot-browser: %s", qPrintable(refusal_));
    error.rejectCertificate();
}

} // namespace farboot::browser
