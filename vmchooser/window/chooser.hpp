#pragma once

#include "vmchooser/window/backend.hpp"
#include "vmchooser/window/entry_list.hpp"
#include "vmchooser/window/person_login.hpp"
#include "vmchooser/window/texts.hpp"

#include <QObject>
#include <QTimer>

#include <optional>
#include <thread>

namespace farboot::vmchooser
{

/// The window's state and what can be done in it; the QML draws it.
///
///     list ──activate(vm)──> launching ──> running ──> list
///      │                        └── cancel, error ──────┘
///      └─activate(desktop)──> desktopChosen: the program ends and becomes that desktop
///
/// Beside it, the list of virtual machines is `loading`, `loaded`, or `waiting` for the server, which is asked again by
/// itself.
class Chooser : public QObject
{
    Q_OBJECT
    Q_PROPERTY(farboot::vmchooser::EntryList* entries READ entries CONSTANT)
    Q_PROPERTY(QVariantMap texts READ texts NOTIFY languageChanged)
    Q_PROPERTY(QString language READ language NOTIFY languageChanged)
    Q_PROPERTY(farboot::vmchooser::PersonLogin* login READ login CONSTANT)
    /// Somebody may log in at this PC with his phone, and nobody has.
    Q_PROPERTY(bool canLogIn READ can_log_in NOTIFY userChanged)
    Q_PROPERTY(QString userText READ user_text NOTIFY userChanged)
    Q_PROPERTY(bool loading READ loading NOTIFY serverChanged)
    /// "" (nothing to say), "waiting", "missing" (this system has no server), "error" (of a start), "vanish" (what the
    /// person saves is gone when the PC is switched off; said as long as there is nothing else).
    Q_PROPERTY(QString notice READ notice NOTIFY noticeChanged)
    Q_PROPERTY(QString noticeTitle READ notice_title NOTIFY noticeChanged)
    Q_PROPERTY(QString noticeSentence READ notice_sentence NOTIFY noticeChanged)
    /// The error's reason and own sentence, where they say more than noticeSentence.
    Q_PROPERTY(QString noticeDetail READ notice_detail NOTIFY noticeChanged)
    Q_PROPERTY(int noticeSeconds READ notice_seconds NOTIFY noticeChanged)
    /// -1: nothing is being started; then the step's number.
    Q_PROPERTY(int step READ step NOTIFY launchChanged)
    Q_PROPERTY(QString launchTitle READ launch_title NOTIFY launchChanged)
    Q_PROPERTY(QString launchIcon READ launch_icon NOTIFY launchChanged)
    Q_PROPERTY(bool cancelling READ cancelling NOTIFY launchChanged)

public:
    Chooser(Backend backend, std::vector<DesktopSession> desktops, QString user, const QString& language,
            bool files_vanish = false);
    ~Chooser() override;

    [[nodiscard]] EntryList* entries() { return &entries_; }
    [[nodiscard]] PersonLogin* login() { return &login_; }
    [[nodiscard]] bool can_log_in() const { return may_log_in_ && person_.isEmpty(); }
    [[nodiscard]] QVariantMap texts() const { return texts_.all(); }
    [[nodiscard]] QString language() const { return texts_.language(); }
    [[nodiscard]] QString user_text() const;
    [[nodiscard]] bool loading() const { return loading_; }
    [[nodiscard]] QString notice() const;
    [[nodiscard]] QString notice_title() const;
    [[nodiscard]] QString notice_sentence() const;
    [[nodiscard]] QString notice_detail() const;
    [[nodiscard]] int notice_seconds() const { return loading_ ? 0 : seconds_; }
    [[nodiscard]] int step() const { return step_; }
    [[nodiscard]] QString launch_title() const;
    [[nodiscard]] QString launch_icon() const;
    [[nodiscard]] bool cancelling() const { return cancelling_; }

    /// Asks the server for its virtual machines, now.
    Q_INVOKABLE void refresh();
    /// Starts the row's machine, or chooses its desktop. Ignored while something is being started.
    Q_INVOKABLE void activate(int row);
    /// Ends the start or the machine.
    Q_INVOKABLE void cancel();
    Q_INVOKABLE void dismissError();
    Q_INVOKABLE void toggleLanguage();
    Q_INVOKABLE void restart() { power(PowerAction::restart); }
    Q_INVOKABLE void powerOff() { power(PowerAction::power_off); }
    /// Whoever has logged in at this PC leaves, too.
    Q_INVOKABLE void logOut();

signals:
    void languageChanged();
    void userChanged();
    void serverChanged();
    void noticeChanged();
    void launchChanged();
    /// The machines of the server are in the list, for the first time.
    void listed();
    void desktopChosen(const farboot::vmchooser::DesktopSession& desktop);
    /// The person wants to log out.
    void ended();
    /// A machine has ended, and with it the viewer: the window wants the keyboard back.
    void returned();

private:
    void take_menu(Result<Menu> menu);
    void start_machine(int row);
    void take_step(LaunchStep step);
    void take_end(const std::string& record, const Result<void>& result);
    void power(PowerAction action);
    void tick();

    Backend backend_;
    PersonLogin login_;
    EntryList entries_;
    Texts texts_;
    QString user_;
    bool files_vanish_;
    bool may_log_in_ = false;
    QString person_; ///< who has logged in at this PC; empty: nobody

    bool loading_ = false;
    bool listed_ = false;
    std::optional<Error> server_error_;
    int seconds_ = 0; ///< until the next try
    int tries_ = 0;
    QTimer timer_;

    std::optional<MenuEntry> launched_;
    std::optional<Error> launch_error_;
    std::optional<Error> power_error_;
    int step_ = -1;
    bool cancelling_ = false;

    // Last: they are stopped and joined before what their ends are told to goes away.
    std::jthread menu_thread_;
    std::jthread launch_thread_;
    std::jthread power_thread_;
};

} // namespace farboot::vmchooser
