// The program itself as a person meets it: on a bare X display, with a server, a reader and a disk behind it; keys come
// from the keyboard (xdotool). With FARBOOT_PICTURES=DIR the screens are kept there.
#include "tests/integration/vmchooser/bench.hpp"
#include "tests/unit/vmchooser/catalog/tiny_http_server.hpp"
#include "tests/unit/vmchooser/control_server.hpp"
#include "tests/unit/vmchooser/signed_world.hpp"

#include "rootfs/base/encoding.hpp"

#include <gtest/gtest.h>

#include <memory>

using namespace farboot;
using namespace farboot::vmchooser::testing;

namespace
{

constexpr const char* menu = R"({"version": 1, "revision": 1, "entries": [
  {"id": 1, "kind": "vm", "record": "vm/tiny", "number": 3, "icon": "terminal",
   "title": {"de": "Kleines Linux", "en": "Tiny Linux"},
   "description": {"de": "Startet in Sekunden, ideal zum Ausprobieren", "en": "Starts in seconds, ideal for a try"}},
  {"id": 2, "kind": "vm", "record": "vm/gone", "number": 1, "icon": "windows",
   "title": {"de": "Windows 11 mit Office", "en": "Windows 11 with Office"},
   "description": {"de": "Word, Excel, SPSS und der Campusdrucker", "en": "Word, Excel, SPSS and the campus printer"}},
  {"id": 3, "kind": "vm", "record": "vm/lab", "number": 1, "icon": "tool",
   "title": {"de": "Datenbankpraktikum", "en": "Database course"}}]})";

struct Session : ::testing::Test {
    fs::path folder = std::getenv("SCRATCH");
    SignedWorld world;
    std::string record = SignedWorld::seal("vm", SignedWorld::vm(disk_bytes).to_json(), world.publisher);
    std::atomic<bool> away = false;
    std::unique_ptr<DiskServer> disk;
    std::unique_ptr<ControlServer> control;
    std::unique_ptr<TinyHttpServer> server;
    QProcess program;

    std::string answer(const std::string& request, const std::string& body)
    {
        if (request.starts_with("GET /api/v1/menu"))
            return away ? "503 Away\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" : TinyHttpServer::ok(menu);
        if (request == "GET /api/v1/records/vm/tiny")
            return TinyHttpServer::ok(record);
        if (request == "POST /api/v1/statement")
            return TinyHttpServer::ok(
                world.statement(*from_base64(nlohmann::json::parse(body)["nonce"].get<std::string>())));
        return "404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    }

    void SetUp() override
    {
        for (const auto* name : {"data", "sessions"})
            fs::create_directories(folder / name);
        disk = std::make_unique<DiskServer>(folder);
        control = std::make_unique<ControlServer>(folder / "control.sock", [](const nlohmann::json& question) {
            if (question["command"] == "status")
                return std::string("{\"ok\":true,\"exports\":[{\"fetched_bytes\":4711}]}\n");
            return std::string(question["command"] == "add"
                                   ? "{\"ok\":true,\"export\":\"vm/tiny@3\",\"bytes\":1048576}\n"
                                   : "{\"ok\":true}\n");
        });
        server = std::make_unique<TinyHttpServer>(
            [this](const auto& request, const auto& body) { return answer(request, body); });
        std::ofstream(folder / "data/server.json") << nlohmann::json{{"version", 1}, {"server", server->url()}};
        std::ofstream(folder / "data/policy.dsse") << world.policy_envelope();
        std::ofstream(folder / "sessions/desk.desktop")
            << "[Desktop Entry]\nType=XSession\nName=Xfce Session\nComment=Der gewohnte Arbeitsplatz\n"
            << "Exec=sh -c \"echo the desktop runs as $DESKTOP_SESSION $QT_NO_GLIB. >&2\"\n";
    }

    void start(const QStringList& more = {})
    {
        program.setProcessChannelMode(QProcess::MergedChannels);
        program.setStandardOutputFile(QString::fromStdString(folder / "log"));
        const auto path = [this](const char* name) { return QString::fromStdString(folder / name); };
        program.start(VMCHOOSER,
                      QStringList{"--data", path("data"), "--sessions", path("sessions"), "--scratch", path("machines"),
                                  "--reader", path("."), "--root-reader", path("none"), "--accelerator", "tcg"} +
                          more);
        ASSERT_TRUE(program.waitForStarted());
    }

    void TearDown() override
    {
        if (program.state() != QProcess::NotRunning) {
            program.terminate();
            program.waitForFinished();
        }
        std::fputs(content(folder / "log").c_str(), stderr);
        control.reset();
        disk.reset();
        for (const auto& item : fs::directory_iterator(folder))
            fs::remove_all(item.path());
    }

    bool says(std::string_view text)
    {
        return eventually([&] { return content(folder / "log").find(text) != std::string::npos; });
    }
    static void key(const char* name) { QProcess::execute("xdotool", {"key", name}); }
    static void picture(const char* name)
    {
        if (const char* where = std::getenv("FARBOOT_PICTURES"))
            QProcess::execute("import", {"-window", "root", QString("%1/%2.png").arg(where, name)});
    }
};

TEST_F(Session, StartsAMachineByTheKeyboardAndComesBack)
{
    start({"--language", "de"});
    ASSERT_TRUE(says("farboot: stage: vmchooser-ready entries=4 bytes=4711"));
    picture("list");
    key("Return");
    ASSERT_TRUE(says("farboot: stage: vm-start record=vm/tiny"));
    ASSERT_TRUE(says("farboot: stage: vm-running record=vm/tiny"));
    picture("running");
    ASSERT_TRUE(says("vm/tiny: farboot: stage: virtual-os-up"));
    ASSERT_TRUE(eventually([&] {
        key("space");
        return content(folder / "log").find("vm/tiny: boot-sector-key") != std::string::npos;
    }));
    picture("machine");
    // Powered off: the list has the keyboard again. The second entry's record is not on the server.
    ASSERT_TRUE(eventually([&] { return fs::is_empty(folder / "machines"); }));
    ASSERT_TRUE(eventually([&] {
        key("w");
        key("Return");
        return content(folder / "log").find("farboot: refused: reason=http-404 record=vm/gone") != std::string::npos;
    }));
    picture("refused");
}

TEST_F(Session, BecomesTheChosenDesktop)
{
    start();
    ASSERT_TRUE(says("vmchooser-ready"));
    // The window manager may give the window its keyboard only now.
    ASSERT_TRUE(eventually([&] {
        key("x");
        key("Return");
        return content(folder / "log").find("the desktop runs as") != std::string::npos;
    }));
    EXPECT_TRUE(says("the desktop runs as desk .")) << "and inherits nothing of ours";
    ASSERT_TRUE(program.state() == QProcess::NotRunning || program.waitForFinished(240'000));
    EXPECT_EQ(program.exitCode(), 0);
}

TEST_F(Session, WaitsForTheServerAndKeepsDesktopsUsable)
{
    away = true;
    start({"--language", "de"});
    ASSERT_TRUE(says("no menu: reason=http-503"));
    picture("waiting");
    away = false;
    ASSERT_TRUE(says("vmchooser-ready")) << "asked again by itself";
}

TEST_F(Session, EndsWhenTheSessionIsEnded)
{
    start();
    ASSERT_TRUE(says("vmchooser-ready"));
    key("Return");
    ASSERT_TRUE(says("virtual-os-up"));
    program.terminate(); // what a display manager does at log-out or shut-down
    ASSERT_TRUE(program.waitForFinished(240'000));
    EXPECT_TRUE(eventually([&] {
        const auto run = fs::path(std::getenv("XDG_RUNTIME_DIR")) / "libvirt/qemu/run";
        return !fs::exists(run / "farboot-tiny.pid");
    })) << "the machine outlived its session";
}

} // namespace
