#include "tests/integration/rootfs/published_image.hpp"
#include "tests/integration/rootfs/rounds.hpp"

#include <gmock/gmock.h>

#include <csignal>

namespace farboot::test
{
namespace
{

using testing::HasSubstr;

class LocalDisk : public PublishedImage
{
protected:
    void SetUp() override
    {
        PublishedImage::SetUp();
        std::filesystem::create_directory(disk());
    }
    [[nodiscard]] std::filesystem::path disk() const { return folder.path / "disk"; }
    [[nodiscard]] std::vector<std::string> with_disk(const WebServer& web, int mebibytes = 64) const
    {
        auto all = parameters({&web});
        all.push_back("disk-cache=" + disk().string());
        all.push_back(fmt::format("disk-cache-size={}", mebibytes));
        return all;
    }
    void copy_all(NbdServer& server) const
    {
        std::string output;
        ASSERT_EQ(run(nbdcopy(server), &output), 0) << output << server.log();
        EXPECT_TRUE(copy_is_whole());
    }
    static nlohmann::json export_of(const NbdServer& server) { return server.status()["exports"][0]; }
};

TEST_F(LocalDisk, TheNextBootNeedsNoServer)
{
    auto web = serve("web", store());
    {
        NbdServer server(folder.path / "nbd1", with_disk(web));
        copy_all(server);
        ASSERT_TRUE(eventually([&] { return server.status()["disk"]["bytes"].get<std::size_t>() >= 19 * megabyte; }))
            << server.status().dump(2);
    }
    web.stop();
    NbdServer server(folder.path / "nbd2", with_disk(web));
    copy_all(server);
    const auto status = export_of(server);
    EXPECT_EQ(status["fetched_bytes"], 0);
    EXPECT_GT(status["disk_hits"], 100);
}

TEST_F(LocalDisk, AnotherReaderNeedsNoServerEither)
{
    auto web = serve("web", store());
    NbdServer first(folder.path / "nbd1", with_disk(web));
    copy_all(first);
    ASSERT_TRUE(eventually([&] { return first.status()["disk"]["bytes"].get<std::size_t>() >= 19 * megabyte; }))
        << first.status().dump(2);
    web.stop();
    std::filesystem::create_directory(folder.path / "own");
    auto beside = parameters({&web});
    beside.push_back("disk-cache=" + (folder.path / "own").string());
    beside.emplace_back("disk-cache-size=64");
    beside.push_back("disk-view=" + disk().string());
    {
        NbdServer second(folder.path / "nbd2", beside);
        copy_all(second);
        EXPECT_EQ(export_of(second)["fetched_bytes"], 0);
        const auto status = second.status()["disk"];
        EXPECT_GT(status["view_hits"], 100) << status.dump(2);
    }
    EXPECT_EQ(std::filesystem::file_size(folder.path / "own/chunks"), 0) << "kept twice";
}

TEST_F(LocalDisk, APinnedImageComesWholeWithoutBeingRead)
{
    auto web = serve("web", store());
    const auto pinned = [&] {
        auto all = with_disk(web);
        all.emplace_back("pin=true");
        return all;
    }();
    {
        const NbdServer server(folder.path / "nbd1", pinned);
        ASSERT_TRUE(eventually([&] { return export_of(server)["pinned"]["state"] == "complete"; }))
            << server.status().dump(2) << server.log();
        const auto status = export_of(server);
        EXPECT_EQ(status["pinned"]["present"], status["pinned"]["chunks"]);
        EXPECT_GT(status["fill_bytes"].get<std::size_t>(), 12 * megabyte);
        EXPECT_EQ(status["demand_bytes"], 0);
    }
    web.stop();
    NbdServer server(folder.path / "nbd2", pinned);
    copy_all(server);
    ASSERT_TRUE(eventually([&] { return export_of(server)["pinned"]["state"] == "complete"; })) << server.log();
    EXPECT_EQ(export_of(server)["fetched_bytes"], 0);
}

TEST_F(LocalDisk, WhatIsDamagedIsFetchedAgain)
{
    const auto web = serve("web", store());
    {
        NbdServer server(folder.path / "nbd1", with_disk(web));
        copy_all(server);
    }
    auto bytes = read_whole(disk() / "chunks");
    for (std::size_t i = 0; i < bytes.size(); i += 500'000)
        bytes[i] = static_cast<char>(bytes[i] ^ 1);
    write_whole(disk() / "chunks", bytes);
    NbdServer server(folder.path / "nbd2", with_disk(web));
    copy_all(server);
    EXPECT_GT(server.status()["disk"]["damaged"], 10);
    EXPECT_GT(export_of(server)["fetched_bytes"], 0);
    EXPECT_EQ(export_of(server)["waits"], 0);
}

TEST_F(LocalDisk, OneThatCannotBeUsedIsDoneWithout)
{
    const auto web = serve("web", store());
    std::filesystem::remove(disk());
    NbdServer server(folder.path / "nbd", with_disk(web));
    copy_all(server);
    EXPECT_TRUE(server.status()["disk"].is_null());
    EXPECT_THAT(server.log(), HasSubstr("no local disk is used"));
}

/// Whatever the instant: what remains is right or is not used. Three images share a disk that has room for one and a
/// half, so that segments are emptied and filled anew all the time. FARBOOT_SEED repeats a run, FARBOOT_ROUNDS makes it
/// long.
TEST_F(LocalDisk, SurvivesKillsWhileItIsWritten)
{
    const auto seed = setting("FARBOOT_SEED", std::random_device{}());
    std::cout << "FARBOOT_SEED=" << seed << '\n';
    std::mt19937_64 random(seed);
    std::vector<std::string> images;
    const auto record = folder.path / "record.dsse";
    const auto record_of = [&](std::size_t number) { return folder.path / fmt::format("record{}.dsse", number); };
    for (std::size_t number = 0; number < 3; ++number) {
        images.push_back(make_image(number + 1));
        write_whole(folder.path / "image", images.back());
        publish(store());
        write_record();
        std::filesystem::rename(record, record_of(number));
    }
    const auto web = serve("web", store());
    const auto choose = [&](std::size_t number) {
        std::filesystem::copy_file(record_of(number), record, std::filesystem::copy_options::overwrite_existing);
        image = images[number];
        std::filesystem::remove(copied());
        return with_disk(web, 40);
    };
    /// No byte is wrong; what did not get so far is zero.
    const auto copy_is_right = [&] {
        const auto bytes = read_whole(copied());
        return std::ranges::equal(bytes, std::string_view(image).substr(0, bytes.size()),
                                  [](char copy, char right) { return copy == right || copy == 0; });
    };
    const auto nbd = folder.path / "nbd";
    std::uint64_t written = 0;
    Rounds rounds(25);
    while (rounds.next()) {
        SCOPED_TRACE(testing::Message() << "FARBOOT_SEED=" << seed << ", round " << rounds.number());
        const auto before = read_whole(disk() / "index");
        std::filesystem::remove_all(nbd); // the socket of the one before
        {
            NbdServer server(nbd, choose(random() % images.size()));
            Process copy(nbdcopy(server), folder.path / "copy.log");
            std::this_thread::sleep_for(std::chrono::milliseconds(random() % 400)); // the instant is what is tried out
            server.process().send(SIGKILL);
            server.process().wait();
            copy.wait();
        }
        ASSERT_TRUE(copy_is_right());
        written += read_whole(disk() / "index") != before ? 1 : 0;
    }
    EXPECT_GT(10 * written, rounds.count()) << "hardly anything was written when the readers were killed";
    for (std::size_t number = 0; number < images.size(); ++number) {
        std::filesystem::remove_all(nbd);
        NbdServer server(nbd, choose(number));
        copy_all(server);
        EXPECT_EQ(export_of(server)["waits"], 0);
    }
}

} // namespace
} // namespace farboot::test
