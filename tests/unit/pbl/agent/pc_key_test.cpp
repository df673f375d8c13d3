#include "pbl/agent/disk_key.hpp"
#include "pbl/agent/tpm_key.hpp"
#include "rootfs/base/encoding.hpp"
#include "rootfs/record/key.hpp"
#include "server/trust/pc_key.hpp"
#include "tests/unit/pbl/agent/fake_system.hpp"
#include "tests/unit/rootfs/fetch/authority.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tss2/tss2_tcti_swtpm.h>

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sys/wait.h>

namespace farboot::agent::testing_agent
{

using testing::HasSubstr;

namespace
{

/// Does the server take what the PC shows?
bool proves_itself(PcKey& key)
{
    const auto signature = key.sign(proof_message("https://Boot.Example:8443", "a challenge"));
    const auto known = server::PcKey::parse(key.public_text());
    return signature && known && known->verify(server::pc_proof_message("boot.example", "a challenge"), *signature);
}

TEST(ProofMessage, NamesTheHostAsTheServerDoes)
{
    for (const auto& [url, host] :
         {std::pair("https://Boot.Example:8443", "boot.example"), std::pair("https://10.0.2.2", "10.0.2.2"),
          std::pair("https://[2001:DB8::1]:443", "2001:db8::1")})
        EXPECT_EQ(proof_message(url, "c"), server::pc_proof_message(host, "c")) << url;
}

/// A PC whose key lies on a disk: a folder, and a script as the preboot system's pc-key is one.
class DiskKeyTest : public testing::Test
{
protected:
    std::filesystem::path program(const std::string& body)
    {
        auto file = folder_.write("pc-key", "#!/bin/sh\n" + body);
        std::filesystem::permissions(file, std::filesystem::perms::owner_all);
        return file;
    }
    std::filesystem::path disk()
    {
        std::filesystem::create_directories(folder_.path() / "disk");
        return program("disk=" + (folder_.path() / "disk").string() +
                       "\ncase $1 in\nload) [ -s $disk/key ] || exit 1; cp $disk/key \"$2\" ;;\nstore) cp \"$2\" "
                       "$disk/key ;;\nesac\n");
    }

    rootfs::testing_fetch::Folder folder_;
    LinuxSystem system_;
};

TEST_F(DiskKeyTest, IsMadeOnceAndFoundAgain)
{
    auto made = open_disk_key(system_, disk(), folder_.path());
    ASSERT_TRUE(made) << made.error().sentence;
    ASSERT_TRUE(*made);
    EXPECT_TRUE(proves_itself(**made));
    EXPECT_EQ((*made)->kept(), "disk");
    const auto found = open_disk_key(system_, disk(), folder_.path());
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->public_text(), (*made)->public_text());
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "pc.key")) << "nothing of it stays behind";
}

TEST_F(DiskKeyTest, TellsWhatIsWrong)
{
    EXPECT_EQ(open_disk_key(system_, program("exit 2"), folder_.path()).value(), nullptr);
    EXPECT_EQ(open_disk_key(system_, "/nonexistent", folder_.path()).error().reason, "program-failed");
    const auto broken = open_disk_key(system_, program("echo no file system; exit 3"), folder_.path());
    EXPECT_THAT(broken.error().sentence, HasSubstr("no file system"));
    const auto full = open_disk_key(system_, program("[ $1 = load ] && exit 1; echo no room; exit 3"), folder_.path());
    EXPECT_EQ(full.error().reason, "disk-full");
    EXPECT_THAT(full.error().sentence, HasSubstr("no room"));
    const auto damaged = open_disk_key(system_, program("umask 077; echo x > \"$2\""), folder_.path());
    EXPECT_EQ(damaged.error().reason, "key-malformed");
}

/// A TPM in software that a test starts.
class Tpm
{
public:
    Tpm()
    {
        for (int port = 20000 + ::getpid() % 20000; !running_ && port < 60000; port += 2)
            running_ = start(port);
    }
    ~Tpm()
    {
        if (context_)
            Tss2_Tcti_Finalize(tcti());
        stop();
    }
    Tpm(const Tpm&) = delete;
    Tpm& operator=(const Tpm&) = delete;

    [[nodiscard]] bool running() const { return running_; }
    TSS2_TCTI_CONTEXT* tcti() { return reinterpret_cast<TSS2_TCTI_CONTEXT*>(context_.get()); }

private:
    void stop()
    {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        pid_ = -1;
    }
    /// False if somebody else has the port.
    bool start(int port)
    {
        const auto state = "dir=" + folder_.path().string();
        const auto data = fmt::format("type=tcp,port={}", port);
        const auto control = fmt::format("type=tcp,port={}", port + 1);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::execlp("swtpm", "swtpm", "socket", "--tpm2", "--tpmstate", state.c_str(), "--server", data.c_str(),
                     "--ctrl", control.c_str(), "--flags", "not-need-init,startup-clear", nullptr);
            ::_exit(127);
        }
        const auto where = fmt::format("host=127.0.0.1,port={}", port);
        std::size_t size = 0;
        Tss2_Tcti_Swtpm_Init(nullptr, &size, nullptr);
        for (int i = 0; i < 600 && ::waitpid(pid_, nullptr, WNOHANG) == 0; ++i) {
            context_ = std::make_unique<std::max_align_t[]>(size / sizeof(std::max_align_t) + 1);
            if (Tss2_Tcti_Swtpm_Init(tcti(), &size, where.c_str()) == TSS2_RC_SUCCESS)
                return true;
            ::usleep(50'000);
        }
        context_.reset();
        stop();
        return false;
    }

    rootfs::testing_fetch::Folder folder_;
    bool running_ = false;
    pid_t pid_ = -1;
    std::unique_ptr<std::max_align_t[]> context_;
};

TEST(TpmKey, IsTheSameEachTimeAndProvesItself)
{
    if (::access("/usr/bin/swtpm", X_OK) != 0)
        GTEST_SKIP() << "swtpm is not installed";
    ::setenv("TSS2_LOG", "all+NONE", 1);
    Tpm tpm;
    ASSERT_TRUE(tpm.running());
    std::string first;
    for (int i = 0; i < 3; ++i) {
        auto key = open_tpm_key(tpm.tcti());
        ASSERT_TRUE(key) << key.error().sentence;
        EXPECT_EQ((*key)->kept(), "tpm");
        for (int signatures = 0; signatures < 20; ++signatures) // numbers with leading zeros are among them
            EXPECT_TRUE(proves_itself(**key));
        EXPECT_TRUE(first.empty() || first == (*key)->public_text());
        first = (*key)->public_text();
    }
}

TEST(TpmKey, APcWithoutATpmHasNone)
{
    EXPECT_EQ(open_tpm_key("/nonexistent").value(), nullptr);
    const auto no_tpm = open_tpm_key("/dev/null");
    ASSERT_FALSE(no_tpm);
    EXPECT_EQ(no_tpm.error().reason, "tpm");
}

} // namespace

} // namespace farboot::agent::testing_agent
