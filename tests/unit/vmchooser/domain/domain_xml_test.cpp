#include "vmchooser/domain/domain_xml.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace farboot::vmchooser;

namespace
{

DomainSpec base()
{
    DomainSpec spec;
    spec.name = "farboot-tiny";
    spec.title = "Tiny Linux";
    spec.memory_mib = 512;
    spec.disk = {"/scratch/tiny/disk.qcow2", "/run/farboot-reader/nbd.sock", "vm/tiny@3", DiskBus::virtio};
    spec.nvram = "/scratch/tiny/uefi-vars.fd";
    spec.serial_socket = "/scratch/tiny/serial";
    return spec;
}

/// Compares with golden/<name>.xml. To renew the files after a wanted change, run the test with FARBOOT_GOLDEN=write
/// and read the diff.
void expect_golden(const std::string& name, const DomainSpec& spec)
{
    const auto file = std::string(GOLDEN) + "/" + name + ".xml";
    const auto xml = to_domain_xml(spec);
    if (const char* mode = std::getenv("FARBOOT_GOLDEN"); mode && std::string_view(mode) == "write")
        std::ofstream(file) << xml;
    std::ostringstream golden;
    golden << std::ifstream(file).rdbuf();
    EXPECT_EQ(xml, golden.str()) << file;
}

TEST(DomainXml, LinuxEmulated)
{
    expect_golden("linux-tcg", base());
}

TEST(DomainXml, LinuxWithKvmAndUefi)
{
    auto spec = base();
    spec.accelerator = Accelerator::kvm;
    spec.firmware = Firmware::uefi;
    spec.cpus = 4;
    expect_golden("linux-kvm-uefi", spec);
}

TEST(DomainXml, WindowsWithSecureBoot)
{
    auto spec = base();
    spec.accelerator = Accelerator::kvm;
    spec.firmware = Firmware::uefi_secure;
    spec.windows = true;
    spec.tpm = true;
    spec.disk.bus = DiskBus::sata;
    spec.nic = NicModel::e1000e;
    spec.video = VideoModel::qxl;
    expect_golden("windows-secure", spec);
}

TEST(DomainXml, OldSystemWithoutNetwork)
{
    auto spec = base();
    spec.chipset = Chipset::i440fx;
    spec.disk.bus = DiskBus::ide;
    spec.nic = NicModel::none;
    expect_golden("old-ide", spec);
}

TEST(DomainXml, OfferedWithUsbAndTheUsersHome)
{
    auto spec = base();
    spec.usb = true;
    spec.home = "/home/anna";
    expect_golden("usb-home", spec);
    spec.home_writable = true;
    EXPECT_EQ(to_domain_xml(spec).find("readonly"), std::string::npos);
}

TEST(DomainXml, AnExamWithoutSoundAndNetwork)
{
    auto spec = base();
    spec.nic = NicModel::none;
    spec.sound = false;
    spec.clipboard = false;
    expect_golden("exam", spec);
}

TEST(DomainXml, AScriptForTheGuestIsACd)
{
    auto spec = base();
    spec.script_medium = "/scratch/tiny/script.iso";
    expect_golden("script", spec);
    const auto target = [&] {
        const auto xml = to_domain_xml(spec);
        const auto at = xml.find("<target dev", xml.find("device=\"cdrom\""));
        return xml.substr(at, xml.find("/>", at) - at);
    };
    spec.disk.bus = DiskBus::sata;
    EXPECT_EQ(target(), R"(<target dev="sdb" bus="sata")");
    spec.disk.bus = DiskBus::ide;
    spec.chipset = Chipset::i440fx;
    EXPECT_EQ(target(), R"(<target dev="hdb" bus="ide")");
}

TEST(DomainXml, EscapesWhatComesFromRecords)
{
    auto spec = base();
    spec.title = R"(</title><devices> & "more")";
    const auto xml = to_domain_xml(spec);
    EXPECT_NE(xml.find("<title>&lt;/title&gt;&lt;devices&gt; &amp; &quot;more&quot;</title>"), std::string::npos)
        << xml;
}

} // namespace
