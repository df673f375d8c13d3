#include "vmchooser/libvirt/host_probe.hpp"
#include "vmchooser/libvirt/kvm_probe.hpp"

#include <gtest/gtest.h>

using namespace farboot::vmchooser;

namespace
{

TEST(HostProbe, ReadsTheMemoryThatCanBeUsed)
{
    EXPECT_EQ(available_mib("MemTotal:       16384000 kB\nMemFree:  1 kB\nMemAvailable:    2097152 kB\n"), 2048U);
    EXPECT_EQ(available_mib("MemTotal:       16384000 kB\n"), 0U);
    EXPECT_EQ(available_mib("MemAvailable:"), 0U);
}

TEST(HostProbe, SeesThisPc)
{
    const auto host = probe_host(Accelerator::tcg);
    EXPECT_GT(host.free_memory_mib, 0U);
    EXPECT_GT(host.cpus, 0U);
}

TEST(KvmProbe, DoesNotTrustAFile)
{
    EXPECT_FALSE(kvm_works("/nonexistent/kvm"));
    EXPECT_FALSE(kvm_works("/dev/null")) << "it can be opened, but no guest runs on it";
}

} // namespace
