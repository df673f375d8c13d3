#include "tests/smoke/browser_fixture.hpp"

#include <QApplication>

#include <cstdlib>
#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace farboot::browser::test
{

HttpsServer::Files menu_page;

}

namespace
{

constexpr uid_t nobody = 65534;

/// The browser does not run as root, nor does Chromium's sandbox.
void give_up_rights()
{
    if (geteuid() == 0 && (setgroups(0, nullptr) != 0 || setgid(nobody) != 0 || setuid(nobody) != 0)) {
        std::perror("browser-smoke-tests: the rights of root cannot be given up");
        std::exit(EXIT_FAILURE);
    }
    // Changing users took the right to write its own uid_map, without which Chromium makes no namespaces.
    prctl(PR_SET_DUMPABLE, 1);
}

} // namespace

int main(int argc, char** argv)
{
    testing::InitGoogleTest(&argc, argv);
    using farboot::browser::test::HttpsServer;
    farboot::browser::test::menu_page = HttpsServer::read(QStringLiteral("/menu/"), QStringLiteral(FARBOOT_MENU_PAGE));
    give_up_rights();
    const QTemporaryDir home;
    qputenv("HOME", home.path().toUtf8());
    qputenv("XDG_RUNTIME_DIR", home.path().toUtf8());
    qputenv("QT_QPA_PLATFORM", "offscreen");
    qputenv("QTWEBENGINE_CHROMIUM_FLAGS", "");
    qunsetenv("QTWEBENGINE_DISABLE_SANDBOX");
    QApplication application(argc, argv);
    QApplication::setQuitOnLastWindowClosed(false);
    return RUN_ALL_TESTS();
}
