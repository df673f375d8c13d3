#include "pbl/browser/sandbox_proof.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <unistd.h>

namespace farboot::browser
{
namespace
{

namespace fs = std::filesystem;

/// A /proc with this process and the renderer, 42, as Chromium makes them.
class SandboxProofTest : public testing::Test
{
protected:
    SandboxProofTest()
    {
        seccomp("2");
        for (const auto* name : {"user", "pid", "net"}) {
            link("self", name, "1");
            link("42", name, "2");
        }
    }
    ~SandboxProofTest() override { fs::remove_all(proc); }

    void seccomp(const std::string& mode) const
    {
        fs::create_directories(proc / "42");
        std::ofstream(proc / "42" / "status")
            << "Name:\tQtWebEngineProc\nNoNewPrivs:\t1\nSeccomp:\t" << mode << "\nSeccomp_filters:\t1\n";
    }
    void link(const std::string& process, const std::string& name, const std::string& id) const
    {
        const auto file = proc / process / "ns" / name;
        fs::create_directories(file.parent_path());
        fs::remove(file);
        fs::create_symlink(name + ":[" + id + "]", file);
    }
    [[nodiscard]] std::string verdict() const
    {
        const auto proof = prove_sandbox(42, proc);
        return proof ? "proven" : proof.error().reason + ": " + proof.error().sentence;
    }

    const fs::path proc = fs::temp_directory_path() / (std::string("farboot-proc-") + std::to_string(getpid()) + "-" +
                                                       testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(SandboxProofTest, ProvesAWholeSandbox)
{
    EXPECT_EQ(verdict(), "proven");
}

TEST_F(SandboxProofTest, MissesSeccomp)
{
    for (const auto* mode : {"0", "1", "22", ""}) {
        seccomp(mode);
        EXPECT_THAT(verdict(), testing::HasSubstr("sandbox-missing")) << mode;
    }
}

TEST_F(SandboxProofTest, MissesEachNamespace)
{
    for (const std::string name : {"user", "pid", "net"}) {
        link("42", name, "1");
        EXPECT_THAT(verdict(), testing::HasSubstr("no " + name + " namespace"));
        fs::remove(proc / "42" / "ns" / name);
        EXPECT_THAT(verdict(), testing::HasSubstr("no " + name + " namespace"));
        link("42", name, "2");
    }
}

TEST_F(SandboxProofTest, MissesAProcessThatIsNotThere)
{
    fs::remove_all(proc / "42");
    EXPECT_THAT(verdict(), testing::HasSubstr("sandbox-missing"));
}

TEST(SandboxProof, ThisProcessIsNotShutIn)
{
    EXPECT_FALSE(prove_sandbox(getpid()));
}

} // namespace
} // namespace farboot::browser
