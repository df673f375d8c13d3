#include "tests/integration/rootfs/local_disk.hpp"

#include "rootfs/image/pack_index.hpp"

namespace farboot::test
{
namespace
{

/// A pinned image that nobody reads, and sources that fail while it comes.
class FillFaults : public LocalDisk
{
protected:
    [[nodiscard]] std::vector<std::string> pinned(const std::vector<const WebServer*>& servers) const
    {
        auto all = parameters(servers);
        all.push_back("disk-cache=" + disk().string());
        all.emplace_back("disk-cache-size=64");
        all.emplace_back("pin=true");
        return all;
    }
    static std::string state(const NbdServer& server)
    {
        return export_of(server)["pinned"]["state"].get<std::string>();
    }
    static void expect_complete(const NbdServer& server)
    {
        EXPECT_TRUE(eventually([&] { return state(server) == "complete"; })) << server.status().dump(2);
        EXPECT_EQ(export_of(server)["demand_bytes"], 0) << "somebody has read";
    }
};

TEST_F(FillFaults, AChunkThatIsWrongAtTheFirstSourceComesFromTheNext)
{
    const auto bad_store = folder.path / "bad";
    publish(bad_store);
    auto bytes = read_whole(pack_of(bad_store));
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    write_whole(pack_of(bad_store), bytes);
    auto bad = serve("web1", bad_store);
    auto good = serve("web2", store());
    {
        const NbdServer server(folder.path / "nbd1", pinned({&bad, &good}));
        expect_complete(server);
        const auto status = server.status();
        EXPECT_EQ(export_of(server)["verify_failures"], 3) << status.dump(2); // the last time past caches
        EXPECT_GT(status["sources"][0]["fill_bytes"], 0) << status.dump(2);
        EXPECT_GT(status["sources"][1]["fill_bytes"], 0) << status.dump(2);
    }
    bad.stop();
    good.stop();
    NbdServer server(folder.path / "nbd2", pinned({&bad, &good}));
    copy_all(server);
}

TEST_F(FillFaults, AChunkThatIsWrongEverywhereHoldsUpNoOther)
{
    const auto good_pack = read_whole(pack_of(store()));
    auto bytes = good_pack;
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    write_whole(pack_of(store()), bytes);
    const auto web = serve("web", store());
    auto silent = serve("silent", store());
    silent.stop();
    const NbdServer server(folder.path / "nbd", pinned({&web, &silent}));
    const auto fill = [&] { return export_of(server)["pinned"]; };
    EXPECT_TRUE(eventually([&] {
        return fill()["chunks"] > 0 && fill()["present"] == fill()["chunks"].get<int>() - 1;
    })) << server.status().dump(2);
    EXPECT_EQ(fill()["state"], "filling");
    EXPECT_EQ(fill()["put_off"], 1);
    write_whole(pack_of(store()), good_pack);
    expect_complete(server);
    EXPECT_EQ(fill()["put_off"], 0);
}

/// Of some in a row that are wrong not each is asked for by itself in each round.
TEST_F(FillFaults, NeighboursThatAreWrongEverywhereHoldUpNoOther)
{
    const auto index = rootfs::read_pack_index(pack_of(store()));
    ASSERT_TRUE(index);
    auto bytes = read_whole(pack_of(store()));
    const auto middle = index->rows.size() / 2;
    constexpr std::size_t wrong = 5;
    for (auto row = middle; row < middle + wrong; ++row) {
        auto& byte = bytes[index->rows[row].offset + index->rows[row].stored_length / 2];
        byte = static_cast<char>(byte ^ 1);
    }
    write_whole(pack_of(store()), bytes);
    const auto web = serve("web", store());
    const NbdServer server(folder.path / "nbd", pinned({&web}));
    const auto fill = [&] { return export_of(server)["pinned"]; };
    EXPECT_TRUE(eventually([&] {
        return fill()["chunks"] > 0 && fill()["present"] == fill()["chunks"].get<std::size_t>() - wrong;
    })) << server.status().dump(2);
    EXPECT_EQ(fill()["put_off"], wrong);
}

TEST_F(FillFaults, APackThatIsGoneEverywhereIsAskedForAgain)
{
    const auto pack = pack_of(store());
    const auto hidden = folder.path / "hidden";
    std::filesystem::rename(pack, hidden);
    const auto web = serve("web", store());
    const NbdServer server(folder.path / "nbd", pinned({&web}));
    const auto fill = [&] { return export_of(server)["pinned"]; };
    EXPECT_TRUE(eventually([&] { return fill()["chunks"] > 0 && fill()["put_off"] == fill()["chunks"]; }))
        << server.status().dump(2);
    std::filesystem::rename(hidden, pack);
    expect_complete(server);
    EXPECT_EQ(fill()["put_off"], 0);
}

TEST_F(FillFaults, WhereTheFirstSourceEndsTheNextOneGoesOn)
{
    auto first = serve("web1", store(), 64 * 1024);
    const auto second = serve("web2", store());
    const NbdServer server(folder.path / "nbd", pinned({&first, &second}));
    ASSERT_TRUE(eventually([&] { return export_of(server)["fill_bytes"] > 0; })) << server.status().dump(2);
    first.stop();
    expect_complete(server);
}

TEST_F(FillFaults, AReadDoesNotWaitBehindTheFill)
{
    const auto web = serve("web", store(), 256 * 1024); // the image needs most of a minute
    const NbdServer server(folder.path / "nbd", pinned({&web}));
    ASSERT_TRUE(eventually([&] { return export_of(server)["fill_bytes"] > 0; })) << server.status().dump(2);
    NbdClient client(server.uri());
    EXPECT_EQ(client.read(20 * megabyte, 4096).bytes, image.substr(20 * megabyte, 4096));
    EXPECT_EQ(state(server), "filling") << "it would be through if the read had waited for it";
    EXPECT_GT(export_of(server)["demand_bytes"], 0);
}

} // namespace
} // namespace farboot::test
