#pragma once

#include "pbl/browser/agent_bridge.hpp"
#include "pbl/browser/page.hpp"
#include "pbl/browser/profile.hpp"
#include "pbl/browser/waiting_page.hpp"

#include <QStackedWidget>
#include <QWebChannel>
#include <QWebEngineLoadingInfo>
#include <QWebEngineView>

#include <memory>

namespace farboot::browser
{

struct WindowOptions {
    Origin origin;
    CertificateCheck certificates;
    QString agent_socket;
    Language language = Language::english;
};

/// The whole screen: the server's menu page, or the waiting page while there is none.
///
///     trying ── loaded ──> menu ── renderer died ──> waiting
///        └───── failed ──> waiting ── countdown ──> trying
class Window : public QStackedWidget
{
    Q_OBJECT

public:
    explicit Window(WindowOptions options, QWidget* parent = nullptr);
    ~Window() override;
    void load();
    [[nodiscard]] QWebEngineView* view() { return view_; }

Q_SIGNALS:
    /// The menu page has been loaded, again or for the first time.
    void pageLoaded();
    /// The process that renders the menu was found shut in; once a process.
    void sandboxProven();
    /// It was not: nothing may be shown with it.
    void sandboxMissing(const QString& sentence);

private:
    void on_loading(const QWebEngineLoadingInfo& info);
    void start_proof();
    void prove();
    void wait(const QString& reason);
    void renew_bridge();

    WindowOptions options_;
    Profile profile_;
    std::unique_ptr<Page> page_; // goes before its profile
    QWebChannel channel_;
    std::unique_ptr<AgentBridge> bridge_;
    WaitingPage* waiting_;
    QWebEngineView* view_;

    QTimer proof_timer_;
    int proof_tries_ = 0;
    qint64 proven_pid_ = 0;
    std::chrono::seconds delay_;
};

} // namespace farboot::browser
