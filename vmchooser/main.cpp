// vmchooser: the session program of a system that Farboot has started. See docs/man/vmchooser.1.
#include "vmchooser/libvirt/event_loop.hpp"
#include "vmchooser/libvirt/host_probe.hpp"
#include "vmchooser/libvirt/kvm_probe.hpp"
#include "vmchooser/options.hpp"
#include "vmchooser/scratch/scratch.hpp"
#include "vmchooser/system/journal.hpp"
#include "vmchooser/system/quit_signals.hpp"
#include "vmchooser/window/window.hpp"
#include "vmchooser/window/window_manager.hpp"

#include <QDir>
#include <QGuiApplication>
#include <QLocale>

#include <cstdlib>
#include <mutex>

using namespace farboot;
using namespace farboot::vmchooser;

namespace
{

/// The catalog's client is made on first use: what it reads may not be there, and a person must be told so in the
/// window.
class Catalog
{
public:
    Catalog(std::filesystem::path folder, std::filesystem::path relay)
        : folder_(std::move(folder)), relay_(std::move(relay))
    {
    }

    template <class Use>
    auto with(Use use) -> decltype(use(std::declval<CatalogClient&>()))
    {
        {
            const std::lock_guard guard(lock_);
            if (!client_) {
                auto data = SessionData::load(folder_);
                if (!data)
                    return std::unexpected(data.error());
                client_ = std::make_unique<CatalogClient>(std::move(*data), relay_);
            }
        }
        return use(*client_);
    }

private:
    std::filesystem::path folder_;
    std::filesystem::path relay_;
    std::mutex lock_;
    std::unique_ptr<CatalogClient> client_;
};

Result<void> switch_power(Processes& processes, PowerAction action)
{
    const auto* verb = action == PowerAction::restart ? "reboot" : "poweroff";
    const auto end = processes.run({"systemctl", "--no-ask-password", verb}, {});
    if (!end)
        return std::unexpected(end.error());
    if (end->exit_code != 0)
        return fail("power", "The PC does not allow that now: {}", end->message);
    return {};
}

/// What the readers have fetched from the network until now; nothing if none can be asked.
std::string fetched_text(const Options& options)
{
    std::uint64_t sum = 0;
    bool known = false;
    for (const auto& socket : {options.root_reader, options.reader_control})
        if (const auto bytes = ReaderClient(socket, std::chrono::seconds(2)).bytes_fetched()) {
            sum += *bytes;
            known = true;
        }
    return known ? fmt::format(" bytes={}", sum) : "";
}

/// Told once the list is on the screen, not when it is known.
void tell_ready(ChooserWindow& window, Chooser& chooser, const Options& options)
{
    QObject::connect(&chooser, &Chooser::listed, &window.window(), [&] {
        QObject::connect(
            &window.window(), &QQuickWindow::frameSwapped, &window.window(),
            [&] {
                log_stage(
                    fmt::format("vmchooser-ready entries={}{}", chooser.entries()->count(), fetched_text(options)));
            },
            Qt::ConnectionType(Qt::QueuedConnection | Qt::SingleShotConnection));
        window.window().update();
    });
}

std::vector<std::string> languages(const QString& language)
{
    return {QLocale().name().startsWith(language) ? QLocale().name().toStdString() : language.toStdString(),
            language.toStdString()};
}

/// Runs the window. The desktop that was chosen, or nothing to log out.
std::optional<DesktopSession> choose(int& argc, char** argv)
{
    ChooserWindow::prepare();
    QGuiApplication application(argc, argv);
    const auto options = parse_options(application);
    quit_on_signals();
    const auto language =
        options.language.isEmpty() ? QString(QLocale().language() == QLocale::German ? "de" : "en") : options.language;

    SystemProcesses processes;
    const auto window_manager = WindowManager::start();
    Catalog catalog(options.data, options.relay);
    const ReaderClient reader(options.reader_control);
    Hypervisor hypervisor;
    const auto accelerator = [] { return kvm_works() ? Accelerator::kvm : Accelerator::tcg; };
    const auto host = [&] {
        auto facts = probe_host(options.accelerator ? *options.accelerator : accelerator());
        facts.usb = options.usb;
        if (options.share_home)
            facts.home = QDir::homePath().toStdString();
        return facts;
    };
    Launcher launcher({[&](const MenuEntry& entry, std::stop_token stop) {
                           return catalog.with([&](CatalogClient& client) { return client.vm(entry, stop); });
                       },
                       host, &reader, &hypervisor, &processes},
                      {options.scratch.empty() ? default_scratch_base() : options.scratch, options.nbd_socket});
    Chooser chooser(
        {[&](std::stop_token stop) { return catalog.with([&](CatalogClient& client) { return client.menu(stop); }); },
         [&](const MenuEntry& entry, std::stop_token stop, const Launcher::Progress& progress) {
             return launcher.run(entry, std::move(stop), progress);
         },
         [&](PowerAction action) { return switch_power(processes, action); },
         [&](const std::string& step) {
             return catalog.with([&](CatalogClient& client) { return client.login(step); });
         }},
        find_desktop_sessions(options.sessions, languages(language)), qEnvironmentVariable("USER"), language,
        files_vanish(options.data));

    std::optional<DesktopSession> chosen;
    QObject::connect(&chooser, &Chooser::desktopChosen, &application, [&](const DesktopSession& desktop) {
        chosen = desktop;
        QGuiApplication::quit();
    });
    QObject::connect(&chooser, &Chooser::ended, &application, &QGuiApplication::quit);

    ChooserWindow window(chooser);
    tell_ready(window, chooser, options);
    window_manager.wait_until_ready();
    window.show_full_screen();
    chooser.refresh();
    QGuiApplication::exec();
    return chosen;
}

} // namespace

int main(int argc, char** argv)
{
    keep_qt_off_glib();
    try {
        const auto desktop = choose(argc, argv);
        if (!desktop)
            return EXIT_SUCCESS;
        // The window and its manager are gone: the screen is the desktop's alone, and its end is the log-out.
        ::unsetenv("QT_NO_GLIB");
        log_warning(become(*desktop).sentence);
    } catch (const std::exception& error) {
        log_warning(error.what());
    }
    return EXIT_FAILURE;
}
