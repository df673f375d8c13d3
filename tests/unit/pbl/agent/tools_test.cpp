#include "pbl/agent/efi_variables.hpp"
#include "pbl/agent/tools.hpp"
#include "tests/unit/pbl/agent/fixture.hpp"

namespace farboot::agent::testing_agent
{

namespace
{

using nlohmann::json;
using namespace std::string_literals;

const std::string variables = "/sys/firmware/efi/efivars/";
const std::string global = "-8be4df61-93ca-11d2-aa0d-00e098032b8c";
const std::string attributes = "\x07\0\0\0"s;

/// A load option: active, "Disk", and one node of a device path with an end.
std::string load_option(const std::string& node, char flags = 1)
{
    const auto path = node + "\x7f\xff\x04\0"s;
    return std::string{flags, 0, 0, 0} + static_cast<char>(path.size()) + "\0D\0i\0s\0k\0\0\0"s + path;
}

const std::string hard_drive = "\x04\x01\x2a\0"s + std::string(0x26, 'p');
const std::string network = "\x03\x0b\x25\0"s + std::string(0x21, 'n');
const std::string sata = "\x03\x12\x0a\0"s + std::string(6, 's');
const std::string usb = "\x03\x05\x06\0"s + std::string(2, 'u');

class ToolsTest : public AgentTest
{
protected:
    void set(const std::string& name, const std::string& value)
    {
        system_.files[variables + name + global] = attributes + value;
    }
    /// A PC that was started from the network, with a disk as its third choice.
    void set_uefi()
    {
        set("BootOrder", "\x01\0\x02\0\x03\0\x04\0"s);
        set("BootCurrent", "\x01\0"s);
        set("Boot0001", load_option(hard_drive));
        set("Boot0002", load_option(network));
        set("Boot0003", load_option(hard_drive, 0)); // not active
        set("Boot0004", load_option(hard_drive));
        set("OsIndicationsSupported", "\x01\0\0\0\0\0\0\0"s);
    }
    [[nodiscard]] std::string written(const std::string& name) const
    {
        const auto all = system_.written();
        const auto found = all.find(variables + name + global);
        return found == all.end() ? "nothing" : found->second;
    }
    /// Chooses the tool in the menu, as a text menu or the page does.
    void choose(const std::string& tool)
    {
        auto face = connect();
        face->wait_state("menu");
        face->command("boot", tool);
        EXPECT_EQ(face->wait_state("handover").at("record"), tool);
        wait_console("stage: choice record=" + tool);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        while (system_.power().empty() && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
};

TEST_F(ToolsTest, RestartAndPowerOff)
{
    start();
    choose("tool/reboot");
    EXPECT_EQ(system_.power(), "reboot");
    EXPECT_TRUE(system_.kexecs().empty());
}

TEST_F(ToolsTest, PowerOff)
{
    start();
    choose("tool/power-off");
    EXPECT_EQ(system_.power(), "power-off");
}

TEST_F(ToolsTest, FirmwareSetup)
{
    set_uefi();
    set("OsIndications", "\x04\0\0\0\0\0\0\0"s);
    start();
    choose("tool/firmware-setup");
    EXPECT_EQ(system_.power(), "reboot");
    EXPECT_EQ(written("OsIndications"), attributes + "\x05\0\0\0\0\0\0\0"s);
}

TEST_F(ToolsTest, LocalDisk)
{
    set_uefi();
    start();
    choose("tool/local-disk");
    EXPECT_EQ(system_.power(), "reboot");
    EXPECT_EQ(written("BootNext"), attributes + "\x04\0"s);
}

TEST_F(ToolsTest, ADiskWithoutAnEntryOfItsSystemIsFoundToo)
{
    set_uefi();
    set("Boot0002", load_option(sata));
    set("Boot0004", load_option(usb));
    start();
    choose("tool/local-disk");
    EXPECT_EQ(written("BootNext"), attributes + "\x02\0"s);
}

TEST_F(ToolsTest, AnInstalledSystemGoesBeforeADiskAsSuch)
{
    set_uefi();
    set("Boot0002", load_option(sata));
    start();
    choose("tool/local-disk");
    EXPECT_EQ(written("BootNext"), attributes + "\x04\0"s);
}

TEST_F(ToolsTest, WithoutUefiASentenceSaysSoAndTheMenuStays)
{
    publish("debian-desktop");
    start();
    auto face = connect();
    face->wait_state("menu");
    for (const auto* tool : {"tool/firmware-setup", "tool/local-disk"}) {
        face->command("boot", tool);
        const auto error = face->wait_state("error");
        EXPECT_EQ(error.at("reason"), "firmware-bios");
        EXPECT_THAT(error.at("sentence").at("en").get<std::string>(), testing::HasSubstr("started by a BIOS"));
    }
    EXPECT_EQ(system_.power(), "");
    face->command("boot", "boot/debian-desktop");
    EXPECT_FALSE(face->wait_state("handover").is_null());
}

TEST_F(ToolsTest, APcWithoutADiskSaysSo)
{
    set_uefi();
    set("Boot0004", load_option(network));
    start();
    EXPECT_EQ(error_of_boot("tool/local-disk").at("reason"), "disk-missing");
    EXPECT_EQ(written("BootNext"), "nothing");
}

TEST_F(ToolsTest, AFirmwareThatHasNoSetupForOthersSaysSo)
{
    set_uefi();
    set("OsIndicationsSupported", std::string(8, '\0'));
    start();
    EXPECT_EQ(error_of_boot("tool/firmware-setup").at("reason"), "firmware-setup");
    EXPECT_EQ(written("OsIndications"), "nothing");
}

TEST_F(ToolsTest, ATimeMayRunOutForOne)
{
    set_uefi();
    set_menu({{"entries", {{{"id", 3}, {"kind", "tool"}, {"record", "tool/local-disk"}, {"title", {{"en", "Disk"}}}}}},
              {"auto", {{"id", 3}, {"seconds", 0}}}});
    auto face = start_watched();
    EXPECT_EQ(face->wait_state("handover").at("record"), "tool/local-disk");
}

TEST_F(ToolsTest, WhatIsNoToolIsRefused)
{
    start();
    auto face = connect();
    face->wait_state("menu");
    face->command("boot", "tool/format-disk");
    EXPECT_EQ(face->wait_event("error").at("reason"), "tool-unknown");
    EXPECT_EQ(system_.power(), "");
}

TEST(LoadOption, WhateverMakesNoSenseIsOnNoDisk)
{
    const auto good = load_option(hard_drive);
    EXPECT_EQ(on_disk(good), OnDisk::partition);
    EXPECT_EQ(on_disk(load_option(network)), OnDisk::no);
    EXPECT_EQ(on_disk(load_option(network + hard_drive)), OnDisk::partition);
    EXPECT_EQ(on_disk(load_option(sata)), OnDisk::whole);
    EXPECT_EQ(on_disk(load_option(sata, 0)), OnDisk::no);
    EXPECT_EQ(on_disk(load_option(sata + network)), OnDisk::no);
    EXPECT_EQ(on_disk(load_option(usb)), OnDisk::no);
    for (std::size_t bytes = 0; bytes < good.size(); ++bytes)
        EXPECT_EQ(on_disk(good.substr(0, bytes)), OnDisk::no) << bytes;
    for (const char length : {0, 3, 127}) {
        auto bad = network;
        bad[2] = length;
        EXPECT_EQ(on_disk(load_option(bad + hard_drive)), OnDisk::no) << int(length);
    }
}

TEST(LoadOption, AnyBytesAreTaken)
{
    std::uint32_t seed = 1;
    for (int round = 0; round < 20'000; ++round) {
        auto option = round % 2 ? load_option(network + hard_drive) : std::string(seed % 64, '\0');
        for (int change = 0; change < 4 && !option.empty(); ++change) {
            seed = seed * 1664525 + 1013904223;
            option[(seed >> 8) % option.size()] = static_cast<char>(seed >> 24);
        }
        static_cast<void>(on_disk(option)); // reads nothing that is not its own
    }
}

} // namespace

} // namespace farboot::agent::testing_agent
