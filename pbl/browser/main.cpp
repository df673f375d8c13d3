#include "pbl/browser/screen.hpp"
#include "pbl/browser/window.hpp"

#include <QApplication>
#include <QCommandLineParser>

#include <cstdio>
#include <unistd.h>

namespace
{

using namespace farboot;
using namespace farboot::browser;

constexpr int exit_usage = 2;
constexpr int exit_no_sandbox = 3;

void say(const std::string& line)
{
    std::fprintf(stderr, "%s\n", line.c_str());
    std::fflush(stderr);
}

int refuse(const Error& error, int code)
{
    say(fmt::format("farboot: refused: reason={}: {}", error.reason, error.sentence));
    return code;
}

/// "1024x768"
QSize parse_size(const QString& text)
{
    const auto parts = text.split(QLatin1Char('x'));
    return parts.size() == 2 ? QSize(parts[0].toInt(), parts[1].toInt()) : QSize();
}

} // namespace

int main(int argc, char** argv)
{
    if (geteuid() == 0 || getuid() == 0)
        return refuse({"root", "farboot-browser shows pages from the network and does not run as root."}, exit_usage);
    // Whatever the environment says, Chromium gets no flags (--no-sandbox) and no debugging port.
    qputenv("QTWEBENGINE_CHROMIUM_FLAGS", "");
    qunsetenv("QTWEBENGINE_DISABLE_SANDBOX");
    qunsetenv("QTWEBENGINE_REMOTE_DEBUGGING");

    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("farboot-browser"));
    QApplication::setApplicationVersion(QStringLiteral(FARBOOT_VERSION));
    QCommandLineParser options;
    options.setApplicationDescription(
        QStringLiteral("Shows a Farboot server's boot menu in full screen, and nothing else."));
    options.addHelpOption();
    options.addVersionOption();
    const QCommandLineOption server(QStringLiteral("server"), QStringLiteral("Address of the server."),
                                    QStringLiteral("URL"));
    const QCommandLineOption ca(QStringLiteral("ca"), QStringLiteral("Authorities that may vouch for it, PEM."),
                                QStringLiteral("FILE"));
    const QCommandLineOption agent(QStringLiteral("agent"), QStringLiteral("The agent's socket."),
                                   QStringLiteral("SOCKET"), QStringLiteral("/run/farboot/agent.sock"));
    const QCommandLineOption size(QStringLiteral("size"), QStringLiteral("A window of this size, not the full screen."),
                                  QStringLiteral("WIDTHxHEIGHT"));
    const QCommandLineOption language(QStringLiteral("language"), QStringLiteral("Of the waiting page: de or en."),
                                      QStringLiteral("LANGUAGE"), QStringLiteral("en"));
    options.addOptions({server, ca, agent, size, language});
    options.process(application);

    QApplication::setQuitOnLastWindowClosed(false);
    const auto origin = Origin::parse(options.value(server));
    if (!origin)
        return refuse(origin.error(), exit_usage);
    const auto certificates = CertificateCheck::load(options.value(ca).toStdString());
    if (!certificates)
        return refuse(certificates.error(), exit_usage);

    Window window({.origin = *origin,
                   .certificates = *certificates,
                   .agent_socket = options.value(agent),
                   .language = options.value(language) == QLatin1String("de") ? Language::german : Language::english});
    QObject::connect(&window, &Window::sandboxProven, &window, [first = true]() mutable {
        if (std::exchange(first, false))
            say("farboot: stage: sandbox seccomp=2 namespaces=user,pid,net");
    });
    QObject::connect(&window, &Window::sandboxMissing, &window, [](const QString& sentence) {
        QCoreApplication::exit(refuse({"sandbox-missing", sentence.toStdString()}, exit_no_sandbox));
    });
    if (options.isSet(size)) {
        window.resize(parse_size(options.value(size)));
        window.show();
    } else {
        // Until there is a page to be shown, the text menu keeps the screen.
        QObject::connect(&window, &Window::pageLoaded, &window, [&window] {
            if (window.isVisible())
                return;
            take_screen();
            window.showFullScreen();
        });
    }
    window.load();
    return QApplication::exec();
}
