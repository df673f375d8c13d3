#include "tests/unit/pbl/agent/fixture.hpp"

#include <cstdio>
#include <fstream>

namespace farboot::agent::testing_agent
{

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace
{

using BootTest = AgentTest;

/// Output of a program that is fed a file.
std::string output_of(const std::string& command)
{
    std::string output;
    FILE* pipe = ::popen(command.c_str(), "r");
    char buffer[4096];
    for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
        output.append(buffer, got);
    EXPECT_EQ(::pclose(pipe), 0) << command;
    return output;
}

TEST_F(BootTest, PrintsTheStagesInOrderAndHandsTheFilesOver)
{
    start();
    auto face = connect();
    face->wait_state("menu");
    face->command("boot", "boot/debian-desktop");
    const auto last = face->wait_state("handover");
    EXPECT_EQ(last.at("record"), "boot/debian-desktop");
    EXPECT_EQ(last.at("title"), "Debian für alle");
    wait_console("stage: kexec\n");
    const auto states = face->states();
    EXPECT_THAT(std::vector(states.end() - 4, states.end()),
                ElementsAre("fetching", "verifying", "loading", "handover"));
    const auto kexecs = system_.wait_kexecs(2);

    stop();
    EXPECT_EQ(console(), "farboot: stage: network-up address=10.0.2.15/24\n"
                         "farboot: stage: statement-ok\n"
                         "farboot: stage: menu-ready entries=1\n"
                         "farboot: stage: choice record=boot/debian-desktop\n"
                         "farboot: stage: record-verified record=boot/debian-desktop number=3\n"
                         "farboot: stage: files-verified bytes=1370001\n"
                         "farboot: stage: kexec-loaded\n"
                         "farboot: stage: kexec\n");
    ASSERT_EQ(kexecs.size(), 2U);
    EXPECT_THAT(kexecs[0].argv, ElementsAre("kexec", "--load", "--kexec-file-syscall", HasSubstr("--initrd=/"),
                                            "--command-line=quiet splash", HasSubstr("boot/kernel")));
    EXPECT_EQ(kexecs[0].kernel, kernel_);
    EXPECT_THAT(kexecs[1].argv, ElementsAre("kexec", "--exec"));

    const auto parts = first_initramfs_ + std::string(3, '\0') + second_initramfs_;
    ASSERT_TRUE(kexecs[0].initramfs.starts_with(parts));
    const auto archive = folder_.write("handover.cpio", kexecs[0].initramfs.substr(parts.size()));
    EXPECT_THAT(output_of("cpio -tv < " + archive + " 2>&1"),
                AllOf(HasSubstr("drwx------"), HasSubstr("-rw-------   1 root     root"),
                      HasSubstr("farboot/record.dsse"), HasSubstr("farboot/policy.dsse"), HasSubstr("farboot/ca.pem"),
                      HasSubstr("farboot/server.json"), HasSubstr("farboot/sources.json"),
                      HasSubstr("farboot/network.json"), HasSubstr("farboot/handover.env")));
    const auto unpacked = [&](const std::string& name) {
        return output_of("cpio -i --to-stdout --quiet farboot/" + name + " < " + archive);
    };
    EXPECT_EQ(unpacked("record.dsse"), server_.file("/api/v1/records/boot/debian-desktop"));
    EXPECT_EQ(unpacked("ca.pem"), authority_.certificate());
    EXPECT_EQ(nlohmann::json::parse(unpacked("sources.json")),
              (nlohmann::json{{"version", 1}, {"sources", {{{"url", server_.url() + "/store"}}}}}));
    EXPECT_THAT(unpacked("handover.env"),
                HasSubstr("MAC=52:54:00:12:34:56\nADDRESS=10.0.2.15/24\nGATEWAY=10.0.2.2\nDNS=10.0.2.3 10.0.2.4\nMTU="
                          "1500\nLEASE=3600\nTIME=1"));
}

TEST_F(BootTest, AClockIn1970IsSetByTheStatement)
{
    ASSERT_EQ(system_.clock().time_since_epoch().count(), 0);
    start();
    auto face = connect();
    face->wait_state("menu");
    EXPECT_GT(system_.clock(), std::chrono::system_clock::now() - std::chrono::minutes(5));
}

TEST_F(BootTest, AskedForTheMenuOfThisPc)
{
    start();
    connect()->wait_state("menu");
    EXPECT_THAT(
        server_.requests(),
        testing::Contains(
            "/api/v1/menu?for=preboot&mac=52:54:00:12:34:56&uuid="
            "4C4C4544-0042-3510-8056-B7C04F564231"
            "&vendor=Dell%20Inc.&product=OptiPlex%20%26%207010"
            "&memory_mib=3906&cpu_flags=fpu,avx2&gpus=10de:1c82&dhcp=domain%3DChem.example.org&dhcp=server%3D10.0.2.1"
            "&dhcp=option-224%3Droom%2012"));
}

TEST_F(BootTest, WhatFirmwareMakesUpKeepsNoPcFromItsMenu)
{
    system_.files["/sys/class/dmi/id/sys_vendor"] = std::string(5000, 'x');
    system_.files["/sys/class/dmi/id/product_name"] = " \x01\xff\r\n";
    system_.files["/proc/cpuinfo"] = "flags: a&b=c " + std::string(33, 'f') + " sse2\n";
    system_.files["/sys/bus/pci/devices/0000:01:00.0/class"] = "03";
    system_.meminfo = "MemTotal: much\n";
    start();
    connect()->wait_state("menu");
    EXPECT_THAT(server_.requests(), testing::Contains("/api/v1/menu?for=preboot&mac=52:54:00:12:34:56&uuid="
                                                      "4C4C4544-0042-3510-8056-B7C04F564231&vendor=" +
                                                      std::string(128, 'x') +
                                                      "&cpu_flags=sse2&dhcp=domain%3DChem.example.org"
                                                      "&dhcp=server%3D10.0.2.1&dhcp=option-224%3Droom%2012"));
}

TEST_F(BootTest, TheOtherSystemCallIsTriedWhereTheKernelLacksTheFirst)
{
    system_.refused_call = "--kexec-file-syscall";
    start();
    auto face = connect();
    face->wait_state("menu");
    face->command("boot", "boot/debian-desktop");
    face->wait_state("handover");
    wait_console("stage: kexec\n");
    EXPECT_EQ(system_.kexecs().at(1).argv.at(2), "--kexec-syscall");
}

TEST_F(BootTest, AutoBootNeedsNobodyAndFetchesNoGraphicalLayer)
{
    set_menu({{"auto", {{"id", 7}, {"seconds", 1}}}, {"gui", "gui/standard"}});
    auto face = start_watched();
    const auto countdown = face->wait_state("countdown");
    EXPECT_EQ(countdown.at("seconds"), 1);
    EXPECT_EQ(countdown.at("title"), "Debian");
    face->wait_state("handover");
    EXPECT_THAT(server_.requests(), Not(testing::Contains(HasSubstr("records/gui"))));
}

TEST_F(BootTest, AKeyStopsAutoBootAndTheGraphicalMenuComes)
{
    set_menu({{"auto", {{"id", 7}, {"seconds", 3000}}}, {"gui", "gui/standard"}});
    rootfs::GuiRecord gui{{{"gui", "standard"}, 2}, "Graphics", {sha256(as_bytes("image")), 80, 4096}};
    server_.put_record("gui/standard", sign("gui", gui.to_json(), keys_.publisher));
    set_gui_script("echo 'farboot: stage: gui-mounted'\necho 'farboot: stage: kexec'\nexec sleep 1000\n");
    start();
    auto face = connect();
    face->wait_state("countdown");
    face->command("cancel");
    face->wait_state("menu");
    const auto shown = wait_console("stage: gui-mounted\n");
    EXPECT_THAT(shown, HasSubstr("stage: gui-record\n"));
    EXPECT_THAT(shown, Not(HasSubstr("stage: kexec\n"))) << "the graphical layer may not announce what it has not done";
    EXPECT_EQ(read_small_file(options_.run / "gui/record.dsse").value_or(""),
              server_.file("/api/v1/records/gui/standard"));
    for (const auto* name : {"policy.dsse", "sources.json", "ca.pem"})
        EXPECT_TRUE(std::filesystem::exists(options_.run / "gui" / name)) << name;
    face->command("page-ready");
    wait_console("stage: page-ready bytes=");
    EXPECT_THAT(system_.kexecs(), IsEmpty());
}

TEST_F(BootTest, AGraphicalMenuThatDiesIsStartedThreeTimesAgainThenGivenUp)
{
    set_menu({{"gui", "gui/standard"}});
    rootfs::GuiRecord gui{{{"gui", "standard"}, 2}, "Graphics", {sha256(as_bytes("image")), 80, 4096}};
    server_.put_record("gui/standard", sign("gui", gui.to_json(), keys_.publisher));
    set_gui_script("echo started >> " + (folder_.path() / "starts").string() + "\nexit 1\n");
    start();
    auto face = connect();
    const auto error = face->wait_state("error");
    EXPECT_EQ(error.at("reason"), "gui-failed");
    EXPECT_EQ(read_small_file(folder_.path() / "starts").value_or(""), "started\nstarted\nstarted\nstarted\n");
    face->command("boot", "boot/debian-desktop");
    EXPECT_FALSE(face->wait_state("handover").is_null());
}

TEST_F(BootTest, ANewerPolicyIsFollowedStepByStepAndHandedOver)
{
    const auto new_online = rootfs::SigningKey::generate();
    const auto second = sign("policy", policy_of(keys_, keys_.online, 2).to_json(), keys_.policy);
    const auto third = sign("policy", policy_of(keys_, new_online, 3).to_json(), keys_.policy);
    server_.put_record("policy/policy/2", second);
    server_.put_record("policy/policy/3", third);
    server_.sign_statements_with(new_online);
    set_menu({{"policy", 3}});
    start();
    auto face = connect();
    face->wait_state("menu");
    face->command("boot", "boot/debian-desktop");
    face->wait_state("handover");
    wait_console("stage: kexec\n");
    EXPECT_NE(system_.kexecs().at(0).initramfs.find(third), std::string::npos);
}

TEST_F(BootTest, PowerCommands)
{
    start();
    auto face = connect();
    face->wait_state("menu");
    face->command("reboot");
    face->command("power-off");
    face->command("refresh"); // an event follows
    face->wait_state("server");
    EXPECT_EQ(system_.power(), "power-off");
}

} // namespace

} // namespace farboot::agent::testing_agent
