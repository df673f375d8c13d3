// A real machine from its record to its end: libvirt's session daemon, QEMU, virt-viewer on a bare X display, nbdkit as
// the server of the disk. Run by as-user.
#include "vmchooser/launch/launcher.hpp"

#include "tests/integration/vmchooser/bench.hpp"
#include "tests/unit/vmchooser/control_server.hpp"
#include "tests/unit/vmchooser/signed_world.hpp"
#include "vmchooser/libvirt/host_probe.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <future>
#include <memory>

using namespace farboot;
using namespace farboot::vmchooser;
using namespace farboot::vmchooser::testing;

namespace
{

struct Machine : ::testing::Test {
    fs::path folder = std::getenv("SCRATCH");
    rootfs::VmRecord record = SignedWorld::vm(disk_bytes);
    std::unique_ptr<DiskServer> disk;
    std::unique_ptr<ControlServer> control;
    ReaderClient reader{folder / "control.sock"};
    Hypervisor hypervisor;
    SystemProcesses processes;
    std::stop_source stop;
    std::unique_ptr<StandardError> log;
    Offering offering;
    std::filesystem::path home; ///< that the PC shares

    void SetUp() override
    {
        disk = std::make_unique<DiskServer>(folder);
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
        disk.reset();
        fs::remove(folder / "control.sock");
    }

    std::future<Result<void>> start()
    {
        return std::async(std::launch::async, [this] {
            Launcher launcher({[this](const auto&, const auto&) { return VerifiedVm{record, "{}"}; },
                               [this] {
                                   auto host = probe_host(Accelerator::tcg);
                                   host.home = home;
                                   return host;
                               },
                               &reader, &hypervisor, &processes},
                              {folder / "machines", folder / "nbd.sock"});
            const MenuEntry entry{.record = record.header.name,
                                  .number = record.header.number,
                                  .title = {},
                                  .description = {},
                                  .icon = {},
                                  .offering = offering};
            return launcher.run(entry, stop.get_token(), [](LaunchStep) {});
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

/// The domain as libvirt runs it, with all that an offering can ask for: the server's wishes are honoured, and QEMU
/// takes them.
TEST_F(Machine, IsAsItIsOffered)
{
    home = folder / "home";
    fs::create_directories(home);
    offering = {.memory_mib = {.wanted = 96},
                .cpus = {.min = 1, .percent = 50},
                .network = false,
                .usb = true,
                .clipboard = false,
                .home = HomeShare::read};
    auto end = start();
    EXPECT_TRUE(eventually([&] { return log->has("virtual-os-up") || end.wait_for(0s) == std::future_status::ready; }));
    // What libvirt itself keeps of a machine that runs.
    const auto xml = content(fs::path(std::getenv("XDG_RUNTIME_DIR")) / "libvirt/qemu/run/farboot-tiny.xml");
    for (const auto* part :
         {"<memory unit='KiB'>98304</memory>", "<clipboard copypaste='no'/>", "<filetransfer enable='no'/>",
          "<redirdev bus='usb' type='spicevmc'>", "<readonly/>", "accessmode='squash'", "<target dir='home'/>"})
        EXPECT_NE(xml.find(part), std::string::npos) << part << " is not in\n" << xml;
    EXPECT_EQ(xml.find("<interface"), std::string::npos);
    stop.request_stop();
    const auto result = end.get();
    EXPECT_EQ(result.error().reason, "cancelled") << result.error().sentence;
    expect_nothing_left();
}

TEST_F(Machine, SeesItsScriptOnACd)
{
    disk.reset();
    disk = std::make_unique<DiskServer>(folder, cd_reader);
    offering.script = Script{"Hello", "script.sh", "echo hello from the catalog\n"};
    record.machine.scripts = true;
    auto end = start();
    EXPECT_TRUE(eventually([&] { return log->has("vm/tiny: FARBOOT"); })) << "the guest reads no CD";
    const auto medium = folder / "machines/tiny/script.iso";
    EXPECT_NE(content(medium).find("echo hello from the catalog\n"), std::string::npos);
    const auto xml = content(fs::path(std::getenv("XDG_RUNTIME_DIR")) / "libvirt/qemu/run/farboot-tiny.xml");
    EXPECT_NE(xml.find("device='cdrom'"), std::string::npos) << xml;
    stop.request_stop();
    EXPECT_EQ(end.get().error().reason, "cancelled");
    expect_nothing_left();
}

TEST_F(Machine, HasNoCdWhereItsRecordTakesNoScripts)
{
    offering.script = Script{"Hello", "script.sh", "echo hello\n"};
    auto end = start();
    EXPECT_TRUE(eventually([&] { return log->has("virtual-os-up"); }));
    EXPECT_TRUE(log->has("vm/tiny: the entry has a script for the machine, which its record does not take"));
    EXPECT_FALSE(fs::exists(folder / "machines/tiny/script.iso"));
    stop.request_stop();
    EXPECT_EQ(end.get().error().reason, "cancelled");
}

TEST_F(Machine, SaysThatThePcIsTooSmall)
{
    offering.cpus.min = 4000;
    const auto result = start().get();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().reason, "cpus-short");
    expect_nothing_left();
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
