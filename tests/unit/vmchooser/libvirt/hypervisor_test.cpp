// libvirt's own test driver: a real libvirt with machines that only exist on paper.
#include "vmchooser/libvirt/hypervisor.hpp"

#include <gtest/gtest.h>

#include <future>

using namespace farboot;
using namespace farboot::vmchooser;
using namespace std::chrono_literals;

namespace
{

std::string machine(const std::string& name)
{
    return "<domain type='test'><name>" + name +
           "</name><memory unit='MiB'>64</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>";
}

HypervisorSettings paper()
{
    return {"test:///default", false};
}

TEST(Hypervisor, StartsAndDestroysAMachine)
{
    Hypervisor hypervisor(paper());
    auto domain = hypervisor.start(machine("one"));
    ASSERT_TRUE(domain) << domain.error().sentence;
    EXPECT_EQ((*domain)->uuid().size(), 36U);
    EXPECT_EQ((*domain)->wait_for(0ms), std::nullopt);
    (*domain)->destroy();
    EXPECT_EQ((*domain)->wait_for(60s), DomainEnd::destroyed);
    (*domain)->destroy(); // once more does no harm
}

TEST(Hypervisor, TellsTheEndOnce)
{
    Hypervisor hypervisor(paper());
    auto domain = hypervisor.start(machine("two"));
    ASSERT_TRUE(domain);
    std::promise<void> told; // a second set_value would throw
    (*domain)->on_end([&] { told.set_value(); });
    (*domain)->destroy();
    EXPECT_EQ(told.get_future().wait_for(60s), std::future_status::ready);
    bool late = false;
    (*domain)->on_end([&] { late = true; });
    EXPECT_TRUE(late) << "who asks after the end must be told at once";
}

TEST(Hypervisor, RefusesAMachineThatRunsAlready)
{
    Hypervisor hypervisor(paper());
    const auto first = hypervisor.start(machine("three"));
    ASSERT_TRUE(first);
    const auto second = hypervisor.start(machine("three"));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().reason, "machine-exists") << second.error().sentence;
}

TEST(Hypervisor, DestroysWhatIsDropped)
{
    Hypervisor hypervisor(paper());
    {
        const auto dropped = hypervisor.start(machine("four"));
        ASSERT_TRUE(dropped);
    }
    EXPECT_TRUE(hypervisor.start(machine("four")));
}

TEST(Hypervisor, DestroysAMachineWhoseSerialLineNobodyHears)
{
    Hypervisor hypervisor(paper());
    const auto failed =
        hypervisor.start(machine("five"), []() -> Result<void> { return fail("io", "Nothing answers."); });
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().reason, "io");
    EXPECT_TRUE(hypervisor.start(machine("five")));
}

TEST(Hypervisor, SaysWhatIsWrongWithAMachine)
{
    Hypervisor hypervisor(paper());
    const auto refused = hypervisor.start("<domain type='test'><name>six</name></domain>");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, "machine-start");
}

TEST(Hypervisor, SaysThatLibvirtIsNotThere)
{
    Hypervisor hypervisor({"qemu+unix:///session?socket=/nonexistent/libvirt-sock", true});
    const auto connected = hypervisor.connect();
    ASSERT_FALSE(connected);
    EXPECT_EQ(connected.error().reason, "hypervisor-unreachable");
}

} // namespace
