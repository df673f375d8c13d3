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
const MachinePlaces places{"/s/disk.qcow2", "/s/uefi-vars.fd", "/s/serial", "/r/nbd.sock", "vm/tiny@3"};

TEST(PlanDomain, GivesWhatIsWishedForWhereThePcHasIt)
{
    const auto spec = plan_domain(record(), roomy, places);
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
    const auto spec = plan_domain(vm, {Accelerator::kvm, 3000, 2, false}, places);
    ASSERT_TRUE(spec);
    EXPECT_EQ(spec->memory_mib, 3000 - host_reserve_mib);
    EXPECT_EQ(spec->cpus, 2U);
}

TEST(PlanDomain, RefusesToCrawlWithLessThanHalfOfTheMemory)
{
    auto vm = record();
    vm.machine.memory_mib = 4096;
    const auto spec = plan_domain(vm, {Accelerator::kvm, 2303, 2, false}, places);
    ASSERT_FALSE(spec);
    EXPECT_EQ(spec.error().reason, "memory-short");
    EXPECT_NE(spec.error().sentence.find("4096"), std::string::npos);
    EXPECT_TRUE(plan_domain(vm, {Accelerator::kvm, 2304, 2, false}, places));
}

TEST(PlanDomain, RefusesOnAPcWithoutFreeMemory)
{
    EXPECT_EQ(plan_domain(record(), {Accelerator::kvm, 0, 1, false}, places).error().reason, "memory-short");
}

TEST(PlanDomain, PutsIdeDisksOnTheOlderChipset)
{
    auto vm = record();
    vm.machine.disk_bus = "ide";
    EXPECT_EQ(plan_domain(vm, roomy, places)->chipset, Chipset::i440fx);
    vm.machine.firmware = "uefi-secure";
    EXPECT_EQ(plan_domain(vm, roomy, places).error().reason, "machine-unsupported");
}

TEST(PlanDomain, GivesATpmToSecureBootWhereItCanBeEmulated)
{
    auto vm = record();
    vm.machine.firmware = "uefi-secure";
    EXPECT_FALSE(plan_domain(vm, roomy, places)->tpm);
    auto host = roomy;
    host.tpm_emulator = true;
    EXPECT_TRUE(plan_domain(vm, host, places)->tpm);
    vm.machine.firmware = "uefi";
    EXPECT_FALSE(plan_domain(vm, host, places)->tpm);
}

TEST(PlanDomain, KnowsWindowsByItsLibosinfoId)
{
    auto vm = record();
    vm.machine.os = "http://microsoft.com/win/10";
    const auto spec = plan_domain(vm, roomy, places);
    EXPECT_TRUE(spec->windows);
    EXPECT_EQ(spec->video, VideoModel::qxl);
    vm.machine.os = "http://debian.org/debian/12";
    EXPECT_FALSE(plan_domain(vm, roomy, places)->windows);
}

TEST(PlanDomain, RefusesWishesOfALaterVersion)
{
    auto vm = record();
    vm.machine.firmware = "coreboot";
    const auto spec = plan_domain(vm, roomy, places);
    ASSERT_FALSE(spec);
    EXPECT_EQ(spec.error().reason, "machine-unsupported");
    EXPECT_NE(spec.error().sentence.find("coreboot"), std::string::npos);
}

} // namespace
