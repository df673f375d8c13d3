#include "pbl/browser/window.hpp"

#include "pbl/browser/sandbox_proof.hpp"

#include <algorithm>

namespace farboot::browser
{

using namespace std::chrono_literals;

namespace
{

constexpr auto first_delay = 3s;
constexpr auto longest_delay = 30s;
/// A new process is locked in before it sees a byte of a page, but not in the moment when it is born.
constexpr auto proof_interval = 100ms;
constexpr int max_proof_tries = 1200;

} // namespace

Window::Window(WindowOptions options, QWidget* parent)
    : QStackedWidget(parent),
      options_(std::move(options)),
      profile_(options_.origin, nullptr),
      page_(std::make_unique<Page>(&profile_, options_.origin, options_.certificates)),
      waiting_(new WaitingPage(options_.language, this)),
      view_(new QWebEngineView(this)),
      delay_(first_delay)
{
    setWindowTitle(QStringLiteral("Farboot"));
    page_->setBackgroundColor(QColor(0x16, 0x1b, 0x22));
    page_->setWebChannel(&channel_);
    view_->setPage(page_.get());
    view_->setContextMenuPolicy(Qt::PreventContextMenu);
    view_->setAcceptDrops(false);
    addWidget(waiting_);
    addWidget(view_);
    proof_timer_.setInterval(proof_interval);

    connect(&proof_timer_, &QTimer::timeout, this, &Window::prove);
    connect(waiting_, &WaitingPage::retry, this, &Window::load);
    connect(page_.get(), &QWebEnginePage::loadingChanged, this, &Window::on_loading);
    connect(page_.get(), &QWebEnginePage::renderProcessTerminated, this, [this](auto status, int code) {
        qWarning("farboot-browser: the page's process ended: status %d, code %d", static_cast<int>(status), code);
        wait(options_.language == Language::german ? tr("Das Programm, das die Seite zeichnet, ist abgestürzt.")
                                                   : tr("The program that draws the page has crashed."));
    });
    // window.close() of a script must not leave an empty screen.
    connect(page_.get(), &QWebEnginePage::windowCloseRequested, this, &Window::load);
}

Window::~Window()
{
    view_->setPage(nullptr);
}

void Window::load()
{
    waiting_->show_trying(options_.origin.text());
    page_->load(options_.origin.menu_page());
}

void Window::on_loading(const QWebEngineLoadingInfo& info)
{
    switch (info.status()) {
    case QWebEngineLoadingInfo::LoadStartedStatus:
        renew_bridge();
        start_proof();
        break;
    case QWebEngineLoadingInfo::LoadSucceededStatus:
        delay_ = first_delay;
        start_proof();
        setCurrentWidget(view_);
        view_->setFocus();
        Q_EMIT pageLoaded();
        break;
    case QWebEngineLoadingInfo::LoadStoppedStatus:
    case QWebEngineLoadingInfo::LoadFailedStatus: {
        auto reason = page_->take_refusal();
        if (reason.isEmpty())
            reason =
                QStringLiteral("%1: %2 (%3)").arg(options_.origin.text(), info.errorString()).arg(info.errorCode());
        wait(reason);
        break;
    }
    }
}

/// The page may get another process at any load, so each load is asked about the process it has.
void Window::start_proof()
{
    proof_tries_ = 0;
    proof_timer_.start();
}

void Window::prove()
{
    const auto pid = page_->renderProcessPid();
    const auto proof = prove_sandbox(static_cast<pid_t>(pid));
    if (proof) {
        proof_timer_.stop();
        if (bridge_)
            bridge_->listen();
        if (pid != std::exchange(proven_pid_, pid))
            Q_EMIT sandboxProven();
    } else if (++proof_tries_ == max_proof_tries) {
        proof_timer_.stop();
        Q_EMIT sandboxMissing(QString::fromStdString(proof.error().sentence));
    }
}

void Window::wait(const QString& reason)
{
    bridge_.reset();
    proof_timer_.stop();
    qWarning("farboot-browser: no menu page: %s", qPrintable(reason));
    setCurrentWidget(waiting_);
    waiting_->wait(reason, std::chrono::duration_cast<std::chrono::seconds>(delay_));
    delay_ = std::min<std::chrono::seconds>(delay_ * 2, longest_delay);
}

/// A new page must not hear, or be taken for, the one before it.
void Window::renew_bridge()
{
    bridge_ = std::make_unique<AgentBridge>(options_.agent_socket);
    channel_.registerObject(QStringLiteral("agent"), bridge_.get());
}

} // namespace farboot::browser
