#include "vmchooser/domain/plan.hpp"

#include <gtest/gtest.h>

using namespace farboot;
using namespace farboot::vmchooser;

namespace
{

rootfs::VmRecord record()
{
    rootfs::VmRecord vm;
    vm.header = {{"vm", "tiny"}, 3};
    vm.title = "Tiny Linux";
    vm.machine = {512, 2, "bios", "", "virtio", "virtio"};
    return vm;
}

const HostFacts roomy{Accelerator::tcg, 8192, 4, false};
const MachinePlaces places{"/s/disk.qcow2", "/s/uefi-vars.fd", "/s/serial",
                           "/s/script.iso", "/r/nbd.sock",     "vm/tiny@3"};

TEST(PlanDomain, GivesWhatIsWishedForWhereThePcHasIt)
{
    const auto spec = plan_domain(record(), {}, roomy, places);
    ASSERT_TRUE(spec) << spec.error().sentence;
    EXPECT_EQ(spec->name, "farboot-tiny");
    EXPECT_EQ(spec->memory_mib, 512U);
    EXPECT_EQ(spec->cpus, 2U);
    EXPECT_EQ(spec->chipset, Chipset::q35);
    EXPECT_EQ(spec->disk.export_name, "vm/tiny@3");
    EXPECT_EQ(spec->disk.overlay, "/s/disk.qcow2");
}

TEST(PlanDomain, CapsMemoryAndProcessorsToThePc)
{
    auto vm = record();
    vm.machine.memory_mib = 4096;
    vm.machine.cpus = 16;
    const auto spec = plan_domain(vm, {}, {Accelerator::kvm, 3000, 2, false}, places);
    ASSERT_TRUE(spec);
    EXPECT_EQ(spec->memory_mib, 3000 - host_reserve_mib);
    EXPECT_EQ(spec->cpus, 2U);
}

TEST(PlanDomain, RefusesToCrawlWithLessThanHalfOfTheMemory)
{
    auto vm = record();
    vm.machine.memory_mib = 4096;
    const auto spec = plan_domain(vm, {}, {Accelerator::kvm, 2303, 2, false}, places);
    ASSERT_FALSE(spec);
    EXPECT_EQ(spec.error().reason, "memory-short");
    EXPECT_NE(spec.error().sentence.find("4096"), std::string::npos);
    EXPECT_TRUE(plan_domain(vm, {}, {Accelerator::kvm, 2304, 2, false}, places));
}

TEST(PlanDomain, RefusesOnAPcWithoutFreeMemory)
{
    EXPECT_EQ(plan_domain(record(), {}, {Accelerator::kvm, 0, 1, false}, places).error().reason, "memory-short");
}

TEST(PlanDomain, PutsIdeDisksOnTheOlderChipset)
{
    auto vm = record();
    vm.machine.disk_bus = "ide";
    EXPECT_EQ(plan_domain(vm, {}, roomy, places)->chipset, Chipset::i440fx);
    vm.machine.firmware = "uefi-secure";
    EXPECT_EQ(plan_domain(vm, {}, roomy, places).error().reason, "machine-unsupported");
}

TEST(PlanDomain, GivesATpmToSecureBootWhereItCanBeEmulated)
{
    auto vm = record();
    vm.machine.firmware = "uefi-secure";
    EXPECT_FALSE(plan_domain(vm, {}, roomy, places)->tpm);
    auto host = roomy;
    host.tpm_emulator = true;
    EXPECT_TRUE(plan_domain(vm, {}, host, places)->tpm);
    vm.machine.firmware = "uefi";
    EXPECT_FALSE(plan_domain(vm, {}, host, places)->tpm);
}

TEST(PlanDomain, KnowsWindowsByItsLibosinfoId)
{
    auto vm = record();
    vm.machine.os = "http://microsoft.com/win/10";
    const auto spec = plan_domain(vm, {}, roomy, places);
    EXPECT_TRUE(spec->windows);
    EXPECT_EQ(spec->video, VideoModel::qxl);
    vm.machine.os = "http://debian.org/debian/12";
    EXPECT_FALSE(plan_domain(vm, {}, roomy, places)->windows);
}

TEST(PlanDomain, RefusesWishesOfALaterVersion)
{
    auto vm = record();
    vm.machine.firmware = "coreboot";
    const auto spec = plan_domain(vm, {}, roomy, places);
    ASSERT_FALSE(spec);
    EXPECT_EQ(spec.error().reason, "machine-unsupported");
    EXPECT_NE(spec.error().sentence.find("coreboot"), std::string::npos);
}

TEST(PlanDomain, TheOfferingChoosesMemoryAndProcessors)
{
    const HostFacts host{Accelerator::kvm, 12000, 8, false, 16000};
    const auto memory = [&](const Amount& amount) {
        const auto spec = plan_domain(record(), {.memory_mib = amount}, host, places);
        return spec ? spec->memory_mib : 0;
    };
    EXPECT_EQ(memory({}), 512U);
    EXPECT_EQ(memory({.wanted = 4096}), 4096U);
    EXPECT_EQ(memory({.percent = 50}), 8000U);
    EXPECT_EQ(memory({.percent = 100}), 12000 - host_reserve_mib);
    EXPECT_EQ(memory({.min = 2048}), 2048U);
    EXPECT_EQ(memory({.min = 13000}), 0U);
    EXPECT_EQ(memory({.wanted = 1}), 256U) << "never below half of what the record says";
    EXPECT_EQ(memory({.min = 1, .percent = 1}), 256U);
    const auto cpus = [&](const Amount& amount) {
        const auto spec = plan_domain(record(), {.cpus = amount}, host, places);
        return spec ? spec->cpus : 0;
    };
    EXPECT_EQ(cpus({}), 2U);
    EXPECT_EQ(cpus({.wanted = 4}), 4U);
    EXPECT_EQ(cpus({.wanted = 99}), 8U);
    EXPECT_EQ(cpus({.percent = 30}), 3U);
    EXPECT_EQ(cpus({.min = 9}), 0U);
}

TEST(PlanDomain, APcThatIsTooSmallIsToldInASentence)
{
    const auto memory = plan_domain(record(), {.memory_mib = {.min = 9000}}, roomy, places);
    ASSERT_FALSE(memory);
    EXPECT_EQ(memory.error().reason, "memory-short");
    EXPECT_EQ(memory.error().sentence, "The machine needs 9000 MiB of memory, but this PC has only 7936 MiB to spare. "
                                       "Choose a bigger PC, or close what runs on this one.");
    const auto cpus = plan_domain(record(), {.cpus = {.min = 16}}, roomy, places);
    ASSERT_FALSE(cpus);
    EXPECT_EQ(cpus.error().reason, "cpus-short");
    EXPECT_EQ(cpus.error().sentence, "The machine needs 16 processors, but this PC has only 4. Choose a bigger PC.");
}

TEST(PlanDomain, DevicesAreThoseThatOfferingAndPcBothAllow)
{
    auto host = roomy;
    Offering offering{.network = false, .sound = false, .usb = true, .clipboard = false, .home = HomeShare::write};
    auto spec = plan_domain(record(), offering, host, places);
    ASSERT_TRUE(spec) << spec.error().sentence;
    EXPECT_EQ(spec->nic, NicModel::none);
    EXPECT_FALSE(spec->sound);
    EXPECT_TRUE(spec->usb);
    EXPECT_FALSE(spec->clipboard);
    EXPECT_EQ(spec->home, "") << "the PC does not share it";
    host.home = "/home/anna";
    host.usb = false;
    spec = plan_domain(record(), offering, host, places);
    EXPECT_FALSE(spec->usb);
    EXPECT_EQ(spec->home, "/home/anna");
    EXPECT_TRUE(spec->home_writable);
    auto vm = record();
    vm.machine.nic = "none";
    EXPECT_EQ(plan_domain(vm, {.network = true}, host, places)->nic, NicModel::none) << "the record has none";
}

TEST(PlanDomain, AnExamLetsNothingThroughButItsNetwork)
{
    auto host = roomy;
    host.home = "/home/anna";
    const Offering offering{.usb = true, .clipboard = true, .home = HomeShare::write, .exam = true};
    const auto spec = plan_domain(record(), offering, host, places);
    ASSERT_TRUE(spec);
    EXPECT_FALSE(spec->usb);
    EXPECT_FALSE(spec->clipboard);
    EXPECT_EQ(spec->home, "");
    EXPECT_EQ(spec->nic, NicModel::virtio);
}

TEST(PlanDomain, AScriptIsForMachinesThatTakeThem)
{
    const Offering offering{.exam = true, .script = Script{"Hello", "script.sh", "echo hello"}};
    auto vm = record();
    EXPECT_EQ(plan_domain(vm, offering, roomy, places)->script_medium, "") << "nothing that is signed asks for it";
    vm.machine.scripts = true;
    EXPECT_EQ(plan_domain(vm, offering, roomy, places)->script_medium, "/s/script.iso");
    EXPECT_EQ(plan_domain(vm, {}, roomy, places)->script_medium, "");
}

} // namespace
