#include "vmchooser/window/chooser.hpp"

#include "vmchooser/system/journal.hpp"

#include <algorithm>
#include <array>

namespace farboot::vmchooser
{
namespace
{

/// Seconds between tries to reach the server; the last one repeats.
constexpr std::array retry_seconds{5, 10, 20, 30};

} // namespace

Chooser::Chooser(Backend backend, std::vector<DesktopSession> desktops, QString user, const QString& language,
                 bool files_vanish)
    : backend_(std::move(backend)),
      login_(backend_.login),
      entries_(std::move(desktops)),
      texts_(language),
      user_(std::move(user)),
      files_vanish_(files_vanish)
{
    entries_.set_language(language);
    timer_.setInterval(1000);
    connect(&timer_, &QTimer::timeout, this, &Chooser::tick);
    connect(&login_, &PersonLogin::loggedIn, this, &Chooser::refresh);
}

Chooser::~Chooser() = default;

QString Chooser::user_text() const
{
    return texts_.of("user").replace("{user}", person_.isEmpty() ? user_ : person_);
}

QString Chooser::notice() const
{
    if (launch_error_ || power_error_)
        return "error";
    if (!server_error_)
        return files_vanish_ ? "vanish" : "";
    return server_error_->reason == "session-data" ? "missing" : "waiting";
}

QString Chooser::notice_title() const
{
    if (launch_error_)
        return texts_.of("errorTitle").replace("{title}", launch_title());
    if (power_error_)
        return texts_.of("powerError");
    if (notice() == "vanish")
        return texts_.of("vanishTitle");
    return texts_.of(notice() == "missing" ? "dataTitle" : "waitingTitle");
}

QString Chooser::notice_sentence() const
{
    const auto& error = launch_error_ ? launch_error_ : power_error_ ? power_error_ : server_error_;
    if (error)
        return texts_.error(*error);
    return files_vanish_ ? texts_.of("vanishSentence") : QString();
}

QString Chooser::notice_detail() const
{
    const auto& error = launch_error_ ? launch_error_ : power_error_ ? power_error_ : server_error_;
    if (!error)
        return {};
    const auto sentence = QString::fromStdString(error->sentence);
    const auto reason = QString::fromStdString(error->reason);
    return sentence == texts_.error(*error) ? reason : QString("%1: %2").arg(reason, sentence);
}

QString Chooser::launch_title() const
{
    return launched_ ? QString::fromStdString(launched_->title.in(language().toStdString())) : QString();
}

QString Chooser::launch_icon() const
{
    return launched_ ? icon_file(launched_->icon) : QString("vm");
}

void Chooser::refresh()
{
    if (loading_)
        return;
    loading_ = true;
    timer_.stop();
    emit serverChanged();
    emit noticeChanged();
    menu_thread_ = std::jthread([this](std::stop_token stop) {
        auto menu = backend_.menu(std::move(stop));
        QMetaObject::invokeMethod(this, [this, menu = std::move(menu)] { take_menu(menu); }, Qt::QueuedConnection);
    });
}

void Chooser::take_menu(Result<Menu> menu)
{
    loading_ = false;
    if (menu) {
        server_error_.reset();
        tries_ = 0;
        entries_.set_machines(std::move(menu->entries));
        person_ = QString::fromStdString(menu->person);
        may_log_in_ = menu->login;
        emit userChanged();
    } else {
        if (!server_error_ || server_error_->reason != menu.error().reason)
            log_warning(fmt::format("no menu: reason={}: {}", menu.error().reason, menu.error().sentence));
        server_error_ = menu.error();
        // A system without a server gets none by waiting.
        if (server_error_->reason != "session-data") {
            seconds_ =
                retry_seconds.at(std::min<std::size_t>(static_cast<std::size_t>(tries_++), retry_seconds.size() - 1));
            timer_.start();
        }
    }
    emit serverChanged();
    emit noticeChanged();
    if (!server_error_ && !std::exchange(listed_, true))
        emit listed();
}

void Chooser::logOut()
{
    if (person_.isEmpty() || !backend_.login)
        return void(emit ended());
    power_thread_ = std::jthread([this] {
        if (const auto done = backend_.login("/end"); !done)
            log_warning("logging out at this PC failed: " + done.error().sentence);
        QMetaObject::invokeMethod(this, [this] { emit ended(); }, Qt::QueuedConnection);
    });
}

void Chooser::tick()
{
    if (--seconds_ <= 0)
        refresh();
    else
        emit noticeChanged();
}

void Chooser::activate(int row)
{
    if (step_ >= 0 || row < 0 || row >= entries_.count())
        return;
    dismissError();
    if (const auto* desktop = std::get_if<DesktopSession>(&entries_.at(row)))
        emit desktopChosen(*desktop);
    else
        start_machine(row);
}

void Chooser::start_machine(int row)
{
    launched_ = std::get<MenuEntry>(entries_.at(row));
    cancelling_ = false;
    step_ = static_cast<int>(LaunchStep::checking);
    emit launchChanged();
    launch_thread_ = std::jthread([this, entry = *launched_](std::stop_token stop) {
        const auto progress = [this](LaunchStep step) {
            QMetaObject::invokeMethod(this, [this, step] { take_step(step); }, Qt::QueuedConnection);
        };
        const auto result = backend_.run(entry, std::move(stop), progress);
        QMetaObject::invokeMethod(
            this, [this, name = entry.record, result] { take_end(name.text(), result); }, Qt::QueuedConnection);
    });
}

void Chooser::take_step(LaunchStep step)
{
    step_ = static_cast<int>(step);
    emit launchChanged();
}

void Chooser::take_end(const std::string& record, const Result<void>& result)
{
    step_ = -1;
    if (!result && result.error().reason == "cancelled") {
        log_notice("The start of " + record + " was cancelled.");
    } else if (!result) {
        launch_error_ = result.error();
        log_warning(fmt::format("farboot: refused: reason={} record={}: {}", result.error().reason, record,
                                result.error().sentence));
    }
    emit launchChanged();
    emit noticeChanged();
    emit returned();
    refresh(); // an afternoon may have passed
}

void Chooser::cancel()
{
    if (step_ < 0 || cancelling_)
        return;
    cancelling_ = true;
    emit launchChanged();
    launch_thread_.request_stop();
}

void Chooser::dismissError()
{
    if (!launch_error_ && !power_error_)
        return;
    launch_error_.reset();
    power_error_.reset();
    emit noticeChanged();
}

void Chooser::toggleLanguage()
{
    texts_ = Texts(language() == "de" ? "en" : "de");
    entries_.set_language(language());
    emit languageChanged();
    emit userChanged();
    emit noticeChanged();
    emit launchChanged();
}

void Chooser::power(PowerAction action)
{
    power_thread_ = std::jthread([this, action] {
        if (auto result = backend_.power(action); !result)
            QMetaObject::invokeMethod(
                this,
                [this, error = result.error()] {
                    power_error_ = error;
                    emit noticeChanged();
                },
                Qt::QueuedConnection);
    });
}

} // namespace farboot::vmchooser
