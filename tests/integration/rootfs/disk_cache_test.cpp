#include "tests/integration/rootfs/local_disk.hpp"

#include <gmock/gmock.h>

namespace farboot::test
{
namespace
{

using testing::HasSubstr;

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

TEST_F(LocalDisk, AnImageThatIsAddedMayBePinned)
{
    auto web = serve("web", store());
    auto none = parameters({&web}, false);
    none.push_back("disk-cache=" + disk().string());
    none.emplace_back("disk-cache-size=64");
    std::string output;
    const auto add = [&](const NbdServer& server) {
        return run({FARBOOT_READER, "--socket", server.control().string(), "add", "--pin",
                    (folder.path / "record.dsse").string()},
                   &output);
    };
    const auto complete = [&](const NbdServer& server) {
        return eventually([&] { return export_of(server)["pinned"]["state"] == "complete"; });
    };
    {
        const NbdServer server(folder.path / "nbd1", none);
        ASSERT_EQ(add(server), 0) << output;
        EXPECT_THAT(output, HasSubstr("vm/tiny@3"));
        ASSERT_TRUE(complete(server)) << server.status().dump(2) << server.log();
        EXPECT_EQ(export_of(server)["pinned"]["present"], export_of(server)["pinned"]["chunks"]);
    }
    web.stop();
    const NbdServer server(folder.path / "nbd2", none);
    ASSERT_EQ(add(server), 0) << output;
    ASSERT_TRUE(complete(server)) << server.status().dump(2) << server.log();
    ASSERT_EQ(run({"nbdcopy", server.uri("vm/tiny@3"), copied()}, &output), 0) << output << server.log();
    EXPECT_TRUE(copy_is_whole());
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

} // namespace
} // namespace farboot::test
