#include "tests/integration/rootfs/local_disk.hpp"
#include "tests/integration/rootfs/rounds.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <optional>

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

namespace farboot::test
{
namespace
{

using testing::HasSubstr;

/// A file system on the local disk's folder, as long as a test.
struct Mount {
    explicit Mount(std::filesystem::path where, std::vector<std::string> command) : folder(std::move(where))
    {
        command.insert(command.begin(), "mount");
        command.push_back(folder.string());
        is_there = run(command, &words) == 0;
    }
    ~Mount()
    {
        if (is_there)
            ::umount2(folder.c_str(), MNT_DETACH);
    }
    Mount(const Mount&) = delete;
    Mount& operator=(const Mount&) = delete;

    std::filesystem::path folder;
    std::string words;
    bool is_there = false;
};

class DiskFaults : public LocalDisk
{
protected:
    /// Most reads go to the disk: there is hardly any memory.
    [[nodiscard]] std::vector<std::string> with_little_memory(const WebServer& web, int mebibytes) const
    {
        auto all = with_disk(web, mebibytes);
        all.emplace_back("cache=1");
        return all;
    }
};

/// Whatever the instant: what remains is right or is not used. Three images share a disk that has room for one and a
/// half, so that segments are emptied and filled anew all the time. FARBOOT_SEED repeats a run, FARBOOT_ROUNDS makes it
/// long.
TEST_F(DiskFaults, KillsWhileItIsWrittenHurtNobody)
{
    const auto seed = setting("FARBOOT_SEED", std::random_device{}());
    std::cout << "FARBOOT_SEED=" << seed << '\n';
    std::mt19937_64 random(seed);
    for (int i = 0; i < 3; ++i)
        add_image();
    const auto web = serve("web", store());
    /// No byte is wrong; what did not get so far is zero.
    const auto copy_is_right = [&] {
        const auto bytes = read_whole(copied());
        return std::ranges::equal(bytes, std::string_view(image).substr(0, bytes.size()),
                                  [](char copy, char right) { return copy == right || copy == 0; });
    };
    std::uint64_t written = 0;
    const auto begun = std::chrono::steady_clock::now();
    choose(0);
    {
        NbdServer server(nbd(), with_disk(web, 40));
        copy_all(server);
    }
    const auto whole = std::chrono::steady_clock::now() - begun;
    Rounds rounds(25);
    while (rounds.next()) {
        SCOPED_TRACE(testing::Message() << "FARBOOT_SEED=" << seed << ", round " << rounds.number());
        const auto before = read_whole(disk() / "index");
        choose(random() % images.size());
        {
            NbdServer server(nbd(), with_disk(web, 40));
            Process copy(nbdcopy(server), folder.path / "copy.log");
            std::this_thread::sleep_for(whole * (random() % 100) / 100); // the instant is what is tried out
            server.process().send(SIGKILL);
            server.process().wait();
            copy.wait();
        }
        ASSERT_TRUE(copy_is_right());
        written += read_whole(disk() / "index") != before ? 1 : 0;
    }
    EXPECT_GT(10 * written, rounds.count()) << "hardly anything was written when the readers were killed";
    for (std::size_t number = 0; number < images.size(); ++number) {
        choose(number);
        NbdServer server(nbd(), with_disk(web, 40));
        copy_all(server);
        EXPECT_EQ(export_of(server)["waits"], 0);
    }
}

/// As a power cut leaves them, since nothing is synced: of each page of both files what was there before, what was
/// written last, or nothing.
TEST_F(DiskFaults, TornFilesAreFetchedAgain)
{
    constexpr std::size_t page = 4096;
    add_image();
    add_image();
    const auto web = serve("web", store());
    std::array<std::map<std::string, std::string>, 2> states; // by file
    for (std::size_t number = 0; number < states.size(); ++number) {
        choose(number);
        NbdServer server(nbd(), with_little_memory(web, 40));
        ASSERT_TRUE(eventually([&] {
            copy_all(server);
            return server.status()["disk"]["hits"] > 100;
        })) << server.status().dump(2);
        server.process().send(SIGKILL);
        server.process().wait();
        for (const auto* file : {"chunks", "index"})
            states[number][file] = read_whole(disk() / file);
    }
    std::mt19937_64 random(1);
    std::size_t hits = 0;
    std::size_t damaged = 0;
    for (int round = 0; round < 3; ++round) {
        for (const auto* file : {"chunks", "index"}) {
            auto torn = states[1][file];
            // A chunk has some 16 pages, and may be spared. An index has twenty: at times it is as it was before.
            const auto torn_percent = file == std::string_view("index") ? round * 50 : 3;
            for (std::size_t at = 0; at < torn.size(); at += page) {
                if (random() % 100 >= static_cast<unsigned>(torn_percent))
                    continue;
                const auto other = random() % 2 == 0
                                       ? states[0][file].substr(std::min(at, states[0][file].size()), page)
                                       : std::string(page, '\0');
                torn.replace(at, std::min(other.size(), torn.size() - at), other, 0, torn.size() - at);
            }
            write_whole(disk() / file, torn);
        }
        for (const std::size_t number : {1, 0}) { // the last one first: the other takes its place
            SCOPED_TRACE(testing::Message() << "round " << round << ", image " << number);
            choose(number);
            NbdServer server(nbd(), with_disk(web, 40));
            copy_all(server);
            EXPECT_EQ(export_of(server)["waits"], 0);
            hits += server.status()["disk"]["hits"].get<std::size_t>();
            damaged += server.status()["disk"]["damaged"].get<std::size_t>();
        }
    }
    EXPECT_GT(hits, 0U);
    EXPECT_GT(damaged, 0U);
}

/// A file system that is really full; tests run as root.
TEST_F(DiskFaults, AFullOneIsReadFromAndKeepsNothingMore)
{
    const Mount tmpfs(disk(), {"-t", "tmpfs", "-o", "size=8m", "farboot-test"});
    if (!tmpfs.is_there)
        GTEST_SKIP() << "mounting is not allowed here: " << tmpfs.words;
    const auto web = serve("web", store());
    {
        NbdServer server(folder.path / "nbd1", with_disk(web));
        copy_all(server);
        ASSERT_TRUE(eventually([&] { return server.status()["disk"]["writable"] == false; }));
        EXPECT_TRUE(eventually([&] {
            return server.log().find("nothing more is kept on the local disk") != std::string::npos;
        })) << server.log();
        EXPECT_EQ(export_of(server)["waits"], 0);
    }
    NbdServer server(folder.path / "nbd2", with_disk(web));
    copy_all(server);
    EXPECT_GT(server.status()["disk"]["hits"], 50) << server.status().dump(2);
    EXPECT_EQ(export_of(server)["waits"], 0);
}

/// The disk under a file system goes away while the reader runs: all that is read of it is an I/O error from then on.
class RemovedDisk : public DiskFaults
{
protected:
    void SetUp() override
    {
        DiskFaults::SetUp();
        if (IsSkipped())
            return;
        write_whole(device(), "");
        std::filesystem::resize_file(device(), 100 * megabyte);
        std::string words;
        if (!std::filesystem::exists("/usr/sbin/mkfs.ext4"))
            GTEST_SKIP() << "needs mkfs.ext4";
        ASSERT_EQ(run({"/usr/sbin/mkfs.ext4", "-q", device().string()}, &words), 0) << words;
        ext4_.emplace(disk(), std::vector<std::string>{"-o", "loop", device().string()});
        if (!ext4_->is_there)
            GTEST_SKIP() << "mounting is not allowed here: " << ext4_->words;
    }
    void remove_disk()
    {
        const int chunks = ::open((disk() / "chunks").c_str(), O_RDONLY | O_CLOEXEC);
        ASSERT_EQ(::syncfs(chunks), 0);
        std::filesystem::resize_file(device(), 0);
        ASSERT_EQ(::posix_fadvise(chunks, 0, 0, POSIX_FADV_DONTNEED), 0); // the kernel still has some of it in memory
        std::array<char, 1> byte{};
        const auto got = ::pread(chunks, byte.data(), 1, 0);
        const auto code = errno;
        ::close(chunks);
        if (got == 1 && byte[0] == 0)
            GTEST_SKIP() << "this kernel's loop devices read zeros behind the end of their file";
        ASSERT_EQ(got, -1);
        EXPECT_EQ(code, EIO);
    }

private:
    [[nodiscard]] std::filesystem::path device() const { return folder.path / "device"; }

    std::optional<Mount> ext4_;
};

TEST_F(RemovedDisk, IsDoneWithout)
{
    const auto web = serve("web", store());
    NbdServer server(nbd(), with_little_memory(web, 64));
    ASSERT_TRUE(eventually([&] {
        copy_all(server);
        return server.status()["disk"]["hits"] > 100;
    })) << server.status().dump(2);
    remove_disk();
    if (IsSkipped() || HasFatalFailure())
        return;
    copy_all(server);
    EXPECT_GT(server.status()["disk"]["damaged"], 100) << server.status().dump(2);
    EXPECT_EQ(export_of(server)["waits"], 0);
}

/// A single read tells; that nothing else is there either is found out without anybody who reads it.
TEST_F(RemovedDisk, HasNoCompleteImage)
{
    const auto web = serve("web", store());
    auto pinned = with_little_memory(web, 64);
    pinned.emplace_back("pin=true");
    const NbdServer server(nbd(), pinned);
    const auto fill = [&] { return export_of(server)["pinned"]; };
    ASSERT_TRUE(eventually([&] { return fill()["state"] == "complete"; })) << server.status().dump(2);
    remove_disk();
    if (IsSkipped() || HasFatalFailure())
        return;
    NbdClient client(server.uri());
    EXPECT_EQ(client.read(5 * megabyte, 4096).bytes, image.substr(5 * megabyte, 4096));
    EXPECT_TRUE(eventually([&] { return fill()["state"] == "no-room"; })) << server.status().dump(2);
    EXPECT_LT(fill()["present"], fill()["chunks"].get<int>() / 2) << server.status().dump(2);
}

} // namespace
} // namespace farboot::test
