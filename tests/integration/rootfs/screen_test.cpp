// What a person in front of an X session sees while a reader waits: the real reader, a real nginx that goes away, a
// real X server (Xvfb) with a window manager and a window that fills the screen. With FARBOOT_PICTURES=DIR the screens
// are kept.
#include "tests/integration/rootfs/published_image.hpp"
#include "tests/integration/rootfs/x_client.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace farboot::test
{
namespace
{

using testing::AllOf;
using testing::HasSubstr;

class Screen : public PublishedImage
{
protected:
    void SetUp() override
    {
        for (const auto* program : {"/usr/bin/Xvfb", "/usr/bin/openbox", "/usr/bin/import", "/usr/bin/tesseract"})
            if (!std::filesystem::exists(program))
                GTEST_SKIP() << "needs " << program;
        PublishedImage::SetUp();
        // The display's number comes on a descriptor once it can be used.
        display = std::make_unique<Process>(
            std::vector<std::string>{"/bin/sh", "-c",
                                     "exec Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3> \"$0\"",
                                     (folder.path / "number").string()},
            folder.path / "xvfb.log");
        ASSERT_TRUE(eventually([&] { return read_whole(folder.path / "number").ends_with('\n'); }));
        auto number = read_whole(folder.path / "number");
        number.pop_back();
        ::setenv("DISPLAY", (":" + number).c_str(), 1);
        ::setenv("XDG_RUNTIME_DIR", folder.path.c_str(), 1);
        x = std::make_unique<XClient>();
        std::filesystem::create_directories(folder.path / "machines");
    }

    /// Once it is ready: its window is there, not shown.
    void start_banner(const std::string& language, const std::filesystem::path& system,
                      const std::filesystem::path& machines)
    {
        banner = std::make_unique<Process>(std::vector<std::string>{FARBOOT_WAITING, "--language", language, "--system",
                                                                    system.string(), "--machines", machines.string()},
                                           folder.path / "banner.log");
        ASSERT_TRUE(eventually([&] { return x->find("farboot-waiting").has_value(); }))
            << read_whole(folder.path / "banner.log");
        EXPECT_FALSE(x->shown(*x->find("farboot-waiting")));
    }

    /// What a person reads in its window.
    [[nodiscard]] std::string read_banner(const std::string& name) const
    {
        const char* pictures = std::getenv("FARBOOT_PICTURES");
        const auto picture = (pictures ? std::filesystem::path(pictures) : folder.path) / (name + ".png");
        std::string text;
        EXPECT_EQ(
            run({"import", "-window", "farboot-waiting", "-colorspace", "Gray", "-resize", "200%", picture.string()}),
            0);
        EXPECT_EQ(run({"tesseract", picture.string(), "-", "--psm", "11"}, &text), 0) << text;
        return text;
    }

    std::unique_ptr<Process> display, banner;
    std::unique_ptr<XClient> x;
};

TEST_F(Screen, TellsOverEverythingThatTheSystemWaitsAndGoesWhenItsServerIsBack)
{
    auto web = serve("web", store());
    const auto state = folder.path / "waiting";
    auto its = parameters({&web});
    its.push_back("waiting=" + state.string());
    const NbdServer server(folder.path / "nbd", its);
    NbdClient client(server.uri());
    ASSERT_EQ(client.read(0, 4096).bytes, image.substr(0, 4096));
    Process manager({"openbox", "--sm-disable"}, folder.path / "openbox.log");
    start_banner("en", state, folder.path / "machines/waiting");
    const auto full = x->open_full_screen();
    ASSERT_TRUE(eventually([&] { return x->shown(full) && x->fills_screen(full); }));
    const auto window = *x->find("farboot-waiting");

    web.stop();
    Process copy(nbdcopy(server), folder.path / "copy.log");
    ASSERT_TRUE(eventually([&] { return x->shown(window); })) << server.log();
    EXPECT_TRUE(x->is_above(window, full));
    struct stat status{};
    ASSERT_EQ(::stat(state.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0644U) << "the session's user is another one than the reader";
    EXPECT_TRUE(eventually([&] {
        return testing::Value(read_banner("system"), AllOf(HasSubstr("This system has been waiting for its server"),
                                                           HasSubstr("localhost"), HasSubstr("goes on by itself")));
    })) << read_banner("system");
    // A new window of somebody who asks no window manager, as a menu or a screen lock is, lies over it at first.
    for (int i = 0; i < 2; ++i) {
        const auto cover = x->open_over_all();
        ASSERT_TRUE(eventually([&] { return x->shown(cover) && x->is_above(window, cover); }));
    }
    EXPECT_TRUE(copy.running());

    web.start();
    ASSERT_TRUE(eventually([&] { return !x->shown(window); })) << server.log();
    EXPECT_FALSE(std::filesystem::exists(state));
    EXPECT_EQ(copy.wait(), 0) << read_whole(folder.path / "copy.log");
    EXPECT_TRUE(copy_is_whole());
}

TEST_F(Screen, TellsOfAVirtualMachinesReaderThatStartsLaterAndIsKilled)
{
    auto web = serve("web", store());
    start_banner("de", folder.path / "waiting", folder.path / "nbd/waiting");
    auto its = parameters({&web});
    its.push_back("waiting=" + (folder.path / "nbd/waiting").string());
    auto server = std::make_unique<NbdServer>(folder.path / "nbd", its);
    const auto window = *x->find("farboot-waiting");
    web.stop();
    auto copy = std::make_unique<Process>(nbdcopy(*server), folder.path / "copy.log");
    ASSERT_TRUE(eventually([&] { return x->shown(window); })) << server->log();
    EXPECT_TRUE(eventually([&] {
        return testing::Value(read_banner("machine"), AllOf(HasSubstr("Platte der virtuellen Maschine wartet seit"),
                                                            HasSubstr("geht von selbst weiter")));
    })) << read_banner("machine");
    // Its next one knows nothing of it, and nobody reads yet.
    server->process().send(SIGKILL);
    (void)server->process().wait();
    copy.reset();
    server.reset();
    EXPECT_TRUE(std::filesystem::exists(folder.path / "nbd/waiting"));
    std::filesystem::remove(folder.path / "nbd/nbd.sock");
    server = std::make_unique<NbdServer>(folder.path / "nbd", its);
    EXPECT_TRUE(eventually([&] { return !x->shown(window); }));
}

TEST_F(Screen, IsLockedInMemoryAndEndsWithItsDisplay)
{
    start_banner("en", folder.path / "waiting", folder.path / "machines/waiting");
    const auto said = read_whole(folder.path / "banner.log");
    if (said.empty()) { // else this machine lets nobody lock that much
        std::string locked;
        EXPECT_TRUE(eventually([&] {
            const auto text = read_whole(fmt::format("/proc/{}/status", banner->pid()));
            locked = text.substr(text.find("VmLck:"));
            locked.resize(locked.find('\n'));
            return !locked.ends_with(" 0 kB");
        })) << locked;
        const auto kilobytes = std::stoul(locked.substr(locked.find_first_of("0123456789")));
        EXPECT_LT(kilobytes, 8192) << "an ordinary user may not lock more";
    }
    x.reset();
    display.reset();
    EXPECT_EQ(banner->wait(), 0) << read_whole(folder.path / "banner.log");
}

} // namespace
} // namespace farboot::test
