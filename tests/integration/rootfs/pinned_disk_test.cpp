#include "tests/integration/rootfs/local_disk.hpp"

#include "rootfs/nbd/disk_rows.hpp"

#include <csignal>
#include <optional>

namespace farboot::test
{
namespace
{

/// A pinned image whose disk loses some of it, and pinned images that come and go.
class PinnedDisk : public LocalDisk
{
protected:
    [[nodiscard]] std::vector<std::string> pinned(const WebServer& web) const
    {
        auto all = with_disk(web);
        all.emplace_back("pin=true");
        all.emplace_back("cache=1"); // what is read is read from the disk
        return all;
    }
    static nlohmann::json fill(const NbdServer& server, const std::string& name = "vm/tiny@3")
    {
        const auto status = server.status();
        for (const auto& item : status["exports"])
            if (item["name"] == name)
                return item["pinned"];
        return nullptr;
    }
    [[nodiscard]] static bool becomes(const NbdServer& server, const std::string& state,
                                      const std::string& name = "vm/tiny@3")
    {
        return eventually([&] { return fill(server, name)["state"] == state; });
    }
    void flip_bits() const
    {
        auto bytes = read_whole(disk() / "chunks");
        for (std::size_t i = 1'000'000; i < bytes.size(); i += 500'000)
            bytes[i] = static_cast<char>(bytes[i] ^ 1);
        write_whole(disk() / "chunks", bytes);
    }
    [[nodiscard]] Process copy_beside(const NbdServer& server) const
    {
        return {nbdcopy(server), folder.path / "copy.log"};
    }

    /// A reader to which images are added.
    [[nodiscard]] std::vector<std::string> empty_reader(const WebServer& web) const
    {
        auto all = parameters({&web}, false);
        all.push_back("disk-cache=" + disk().string());
        all.emplace_back("disk-cache-size=64"); // 31 MiB of it for pinned images: one has some 20
        return all;
    }
    /// Another image than all before, or the same one, as another version.
    void add_version(const NbdServer& server, std::uint64_t number, bool another_image = true)
    {
        if (another_image) {
            image = make_image(number);
            write_whole(folder.path / "image", image);
            publish(store());
        }
        write_record("vm", "tiny", number);
        reader(server, {"add", "--pin", (folder.path / "record.dsse").string()});
    }
    void reader(const NbdServer& server, std::vector<std::string> command) const
    {
        command.insert(command.begin(), {FARBOOT_READER, "--socket", server.control().string()});
        std::string output;
        ASSERT_EQ(run(command, &output), 0) << output;
    }
};

TEST_F(PinnedDisk, WhatTheDiskLosesWhileItRunsComesAgain)
{
    auto web = serve("web", store());
    {
        const NbdServer server(folder.path / "nbd1", pinned(web));
        ASSERT_TRUE(becomes(server, "complete")) << server.status().dump(2);
        web.stop();
        flip_bits();
        auto copy = copy_beside(server);
        EXPECT_TRUE(becomes(server, "filling")) << server.status().dump(2);
        // Somebody has come upon one; that there are others is found without him.
        EXPECT_TRUE(eventually([&] {
            return fill(server)["chunks"].get<int>() - fill(server)["present"].get<int>() > 10;
        })) << server.status().dump(2);
        web.start();
        EXPECT_TRUE(becomes(server, "complete")) << server.status().dump(2);
        EXPECT_EQ(fill(server)["present"], fill(server)["chunks"]);
        EXPECT_EQ(copy.wait(), 0) << read_whole(folder.path / "copy.log");
        EXPECT_TRUE(copy_is_whole());
    }
    web.stop();
    NbdServer server(folder.path / "nbd2", pinned(web));
    copy_all(server);
    EXPECT_EQ(export_of(server)["fetched_bytes"], 0);
    EXPECT_EQ(server.status()["disk"]["damaged"], 0);
}

TEST_F(PinnedDisk, WhatIsLostBetweenTwoStartsIsFoundWithoutBeingRead)
{
    auto web = serve("web", store());
    {
        const NbdServer server(folder.path / "nbd1", pinned(web));
        ASSERT_TRUE(becomes(server, "complete")) << server.status().dump(2);
    }
    web.stop();
    flip_bits();
    auto index = read_whole(disk() / "index"); // rows end where one cannot be
    index.replace(rootfs::disk_header_bytes + 200 * rootfs::disk_row_bytes, rootfs::disk_row_bytes,
                  rootfs::disk_row_bytes, '\0');
    write_whole(disk() / "index", index);
    {
        const NbdServer server(folder.path / "nbd2", pinned(web));
        EXPECT_TRUE(eventually([&] { return fill(server)["chunks"] > 0 && server.status()["disk"]["damaged"] > 10; }))
            << server.status().dump(2);
        EXPECT_EQ(fill(server)["state"], "filling");
        web.start();
        EXPECT_TRUE(becomes(server, "complete")) << server.status().dump(2);
        EXPECT_EQ(export_of(server)["demand_bytes"], 0);
        EXPECT_LT(export_of(server)["fill_bytes"].get<std::size_t>(), image.size() * 3 / 4) << "the rest was there";
    }
    web.stop();
    NbdServer server(folder.path / "nbd3", pinned(web));
    ASSERT_TRUE(becomes(server, "complete")) << server.status().dump(2);
    copy_all(server);
    EXPECT_EQ(export_of(server)["fetched_bytes"], 0);
}

/// nbdkit waits for its clients then, and does not tell the plugin when they go.
TEST_F(PinnedDisk, EndsInOrderThoughSomebodyHasItOpen)
{
    const auto web = serve("web", store());
    NbdServer server(folder.path / "nbd", pinned(web));
    std::optional<NbdClient> client(server.uri());
    ASSERT_EQ(client->read(0, 4096).error, 0);
    ASSERT_TRUE(becomes(server, "complete")) << server.status().dump(2);
    server.process().send(SIGTERM);
    EXPECT_TRUE(eventually([&] { return client->read(0, 4096).error != 0; })) << "until it knows";
    client.reset();
    ASSERT_TRUE(eventually([&] { return !server.process().running(); })) << "its fill waits for news of the disk";
    EXPECT_EQ(server.process().wait(), 0) << server.log();
}

TEST_F(PinnedDisk, AnExportThatIsRemovedMakesRoomForAnother)
{
    const auto web = serve("web", store());
    const NbdServer server(folder.path / "nbd", empty_reader(web));
    add_version(server, 3);
    ASSERT_TRUE(becomes(server, "complete")) << server.status().dump(2);
    add_version(server, 4);
    ASSERT_TRUE(becomes(server, "no-room", "vm/tiny@4")) << server.status().dump(2);
    reader(server, {"remove", "vm/tiny@3"});
    EXPECT_TRUE(becomes(server, "complete", "vm/tiny@4")) << server.status().dump(2);
}

TEST_F(PinnedDisk, AnExportThatIsRemovedLeavesWhatAnotherOfTheSameImageHasPinned)
{
    auto web = serve("web", store());
    const NbdServer server(folder.path / "nbd", empty_reader(web));
    add_version(server, 3);
    add_version(server, 4, false);
    const auto kept = image;
    ASSERT_TRUE(becomes(server, "complete", "vm/tiny@3") && becomes(server, "complete", "vm/tiny@4"))
        << server.status().dump(2);
    reader(server, {"remove", "vm/tiny@3"});
    add_version(server, 5);
    ASSERT_TRUE(becomes(server, "no-room", "vm/tiny@5")) << server.status().dump(2);
    web.stop();
    EXPECT_EQ(fill(server, "vm/tiny@4")["state"], "complete");
    std::string output;
    ASSERT_EQ(run({"nbdcopy", server.uri("vm/tiny@4"), copied().string()}, &output), 0) << output;
    EXPECT_TRUE(read_whole(copied()) == kept);
    EXPECT_EQ(fill(server, "vm/tiny@4")["state"], "complete");
}

} // namespace
} // namespace farboot::test
