// A real machine from its record to its end: libvirt's session daemon, QEMU, virt-viewer on a bare X display, nbdkit as
// the server of the disk. Run by as-user.
#include "vmchooser/launch/launcher.hpp"

#include "tests/integration/vmchooser/boot_sector.hpp"
#include "tests/unit/vmchooser/control_server.hpp"
#include "tests/unit/vmchooser/signed_world.hpp"
#include "vmchooser/libvirt/host_probe.hpp"

#include <QProcess>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <fstream>
#include <future>
#include <sstream>

using namespace farboot;
using namespace farboot::vmchooser;
using namespace farboot::vmchooser::testing;
using namespace std::chrono_literals;

namespace
{

namespace fs = std::filesystem;

/// SeaBIOS reads no disk that is smaller than one cylinder.
constexpr std::uint64_t disk_bytes = 1 << 20;
/// Generous: the machine is emulated, maybe on a busy PC.
constexpr auto deadline = 240s;

bool eventually(const std::function<bool()>& condition)
{
    for (const auto end = std::chrono::steady_clock::now() + deadline; std::chrono::steady_clock::now() < end;
         std::this_thread::sleep_for(100ms))
        if (condition())
            return true;
    return false;
}

std::string content(const fs::path& file)
{
    std::ostringstream out;
    out << std::ifstream(file).rdbuf();
    return out.str();
}

/// This process's standard error, which is where log lines go, as a file that can be read while it grows.
class StandardError
{
public:
    explicit StandardError(fs::path file) : file_(std::move(file)), saved_(::dup(2))
    {
        const int fd = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
        ::dup2(fd, 2);
        ::close(fd);
    }
    ~StandardError()
    {
        ::dup2(saved_, 2);
        ::close(saved_);
        std::fputs(content(file_).c_str(), stderr);
    }
    StandardError(const StandardError&) = delete;
    StandardError& operator=(const StandardError&) = delete;
    [[nodiscard]] bool has(std::string_view text) const { return content(file_).find(text) != std::string::npos; }

private:
    fs::path file_;
    int saved_;
};

struct Machine : ::testing::Test {
    fs::path folder = std::getenv("SCRATCH");
    rootfs::VmRecord record = SignedWorld::vm(disk_bytes);
    QProcess nbdkit;
    std::unique_ptr<ControlServer> control;
    ReaderClient reader{folder / "control.sock"};
    Hypervisor hypervisor;
    SystemProcesses processes;
    std::stop_source stop;
    std::unique_ptr<StandardError> log;

    void SetUp() override
    {
        std::ofstream(folder / "disk.img", std::ios::binary)
            .write(reinterpret_cast<const char*>(boot_sector.data()), boot_sector.size());
        fs::resize_file(folder / "disk.img", disk_bytes);
        nbdkit.start("nbdkit", {"--foreground", "--readonly", "--unix", QString::fromStdString(folder / "nbd.sock"),
                                "file", QString::fromStdString(folder / "disk.img")});
        ASSERT_TRUE(eventually([&] { return fs::exists(folder / "nbd.sock"); }));
        control = std::make_unique<ControlServer>(folder / "control.sock", [](const nlohmann::json& question) {
            return question["command"] == "add" ? "{\"ok\":true,\"export\":\"vm/tiny@3\",\"bytes\":1048576}\n"
                                                : "{\"ok\":true}\n";
        });
        log = std::make_unique<StandardError>(folder / "log");
    }

    void TearDown() override
    {
        log.reset();
        control.reset();
        nbdkit.terminate();
        nbdkit.waitForFinished();
        fs::remove(folder / "control.sock");
        fs::remove(folder / "nbd.sock");
    }

    std::future<Result<void>> start()
    {
        return std::async(std::launch::async, [this] {
            Launcher launcher({[this](const auto&, const auto&) { return VerifiedVm{record, "{}"}; },
                               [] { return probe_host(Accelerator::tcg); }, &reader, &hypervisor, &processes},
                              {folder / "machines", folder / "nbd.sock"});
            return launcher.run(record.header.name, stop.get_token(), [](LaunchStep) {});
        });
    }

    void expect_nothing_left()
    {
        EXPECT_TRUE(fs::is_empty(folder / "machines"));
        EXPECT_EQ(control->questions().back()["command"], "remove");
        EXPECT_FALSE(fs::exists(fs::path(std::getenv("HOME")) / ".config/libvirt/qemu/nvram/farboot-tiny_VARS.fd"));
    }
};

TEST_F(Machine, RunsFromItsDiskUntilItPowersOff)
{
    auto end = start();
    ASSERT_TRUE(eventually([&] { return log->has("vm/tiny: farboot: stage: virtual-os-up"); }))
        << "the disk was not booted";
    EXPECT_TRUE(log->has("farboot: stage: vm-start record=vm/tiny"));
    EXPECT_TRUE(log->has("farboot: stage: vm-running record=vm/tiny"));
    // A key on the keyboard must reach the machine through the viewer, though no window manager gives it the focus.
    ASSERT_TRUE(eventually([&] {
        QProcess::execute("xdotool", {"key", "space"});
        return log->has("vm/tiny: boot-sector-key");
    })) << "the keyboard does not reach the machine";
    const auto result = end.get();
    EXPECT_TRUE(result) << result.error().sentence;
    expect_nothing_left();
}

TEST_F(Machine, StopsWhenAsked)
{
    auto end = start();
    ASSERT_TRUE(eventually([&] { return log->has("virtual-os-up"); }));
    stop.request_stop();
    const auto result = end.get();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason, "cancelled");
    expect_nothing_left();
}

TEST_F(Machine, SaysThatQemuDied)
{
    auto end = start();
    ASSERT_TRUE(eventually([&] { return log->has("virtual-os-up"); }));
    const auto pid_file = fs::path(std::getenv("XDG_RUNTIME_DIR")) / "libvirt/qemu/run/farboot-tiny.pid";
    const auto pid = std::atoi(content(pid_file).c_str());
    ASSERT_GT(pid, 1);
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    const auto result = end.get();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason, "machine-failed") << result.error().sentence;
    expect_nothing_left();
}

/// The boot sector is nothing to UEFI: what counts is that libvirt takes the machine, and that its variables do not
/// stay behind.
TEST_F(Machine, StartsWithUefi)
{
    for (const auto* firmware : {"uefi", "uefi-secure"}) {
        record.machine.firmware = firmware;
        record.machine.memory_mib = 128;
        stop = std::stop_source();
        auto end = start();
        ASSERT_TRUE(eventually([&] {
            return fs::exists(folder / "machines/tiny/uefi-vars.fd") || end.wait_for(0s) == std::future_status::ready;
        }));
        stop.request_stop();
        const auto result = end.get();
        EXPECT_EQ(result.error().reason, "cancelled") << firmware << ": " << result.error().sentence;
        expect_nothing_left();
    }
}

TEST_F(Machine, StartsOnTheOlderChipset)
{
    record.machine.disk_bus = "ide";
    record.machine.nic = "e1000e";
    auto end = start();
    EXPECT_TRUE(eventually([&] { return log->has("virtual-os-up") || end.wait_for(0s) == std::future_status::ready; }));
    stop.request_stop();
    const auto result = end.get();
    EXPECT_EQ(result.error().reason, "cancelled") << result.error().sentence;
}

} // namespace
