// What happens around a machine when one of the steps before its start goes wrong. The start itself needs a real
// hypervisor: tests/integration/vmchooser.
#include "vmchooser/launch/launcher.hpp"

#include "tests/unit/vmchooser/control_server.hpp"
#include "tests/unit/vmchooser/signed_world.hpp"
#include "tests/unit/vmchooser/temp_folder.hpp"

#include <gtest/gtest.h>

using namespace farboot;
using namespace farboot::vmchooser;
using namespace farboot::vmchooser::testing;

namespace
{

const MenuEntry tiny{.record = {"vm", "tiny"}, .title = {}, .description = {}, .icon = {}};

struct Launch : ::testing::Test {
    TempFolder folder;
    std::uint64_t reader_bytes = 512;
    HostFacts host{Accelerator::tcg, 8192, 2, false};
    Result<VerifiedVm> vm = VerifiedVm{SignedWorld::vm(), "{}"};
    ControlServer control{folder / "control.sock", [this](const nlohmann::json& question) {
                              return question["command"] == "add"
                                         ? fmt::format("{{\"ok\":true,\"export\":\"vm/tiny@3\",\"bytes\":{}}}\n",
                                                       reader_bytes)
                                         : std::string("{\"ok\":true}\n");
                          }};
    ReaderClient reader{folder / "control.sock"};
    Hypervisor hypervisor{{"test:///default", false}};
    SystemProcesses processes;
    std::vector<LaunchStep> steps;

    Result<void> run(std::stop_token stop = {})
    {
        Launcher launcher({[this](const auto&, const auto&) { return vm; }, [this] { return host; }, &reader,
                           &hypervisor, &processes},
                          {folder / "scratch", folder / "nbd.sock"});
        return launcher.run(tiny, std::move(stop), [this](LaunchStep step) { steps.push_back(step); });
    }
    /// Everything that was taken has been given back.
    void expect_clean() const
    {
        const auto questions = control.questions();
        ASSERT_EQ(questions.size(), 2U);
        EXPECT_EQ(questions[1]["command"], "remove");
        EXPECT_EQ(questions[1]["export"], "vm/tiny@3");
        std::error_code ignored;
        EXPECT_TRUE(!std::filesystem::exists(folder / "scratch") ||
                    std::filesystem::is_empty(folder / "scratch", ignored));
    }
};

TEST_F(Launch, StopsAtARecordThatIsNotBelieved)
{
    vm = fail("revoked", "The record was revoked.");
    EXPECT_EQ(run().error().reason, "revoked");
    EXPECT_TRUE(control.questions().empty()) << "the reader must not see what was refused";
    EXPECT_EQ(steps, (std::vector{LaunchStep::checking}));
}

TEST_F(Launch, StopsAtADiskOfAnotherSize)
{
    reader_bytes = 1024;
    EXPECT_EQ(run().error().reason, "reader-protocol");
    expect_clean();
}

TEST_F(Launch, GivesTheDiskBackWhenThePcIsTooSmall)
{
    host.free_memory_mib = 100;
    EXPECT_EQ(run().error().reason, "memory-short");
    expect_clean();
}

TEST_F(Launch, GivesTheDiskBackWhenTheMachineDoesNotStart)
{
    // libvirt's test driver starts it on paper only: nothing listens on its serial line.
    EXPECT_EQ(run().error().reason, "io");
    EXPECT_EQ(steps, (std::vector{LaunchStep::checking, LaunchStep::disk, LaunchStep::starting}));
    expect_clean();
}

TEST_F(Launch, CanBeCancelledBeforeTheStart)
{
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(run(stop.get_token()).error().reason, "cancelled");
}

} // namespace
