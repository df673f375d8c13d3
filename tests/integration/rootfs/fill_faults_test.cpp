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
    [[nodiscard]] std::vector<std::string> pinned(const std::vector<const WebServer*>& servers,
                                                  int mebibytes = 64) const
    {
        auto all = parameters(servers);
        all.push_back("disk-cache=" + disk().string());
        all.push_back(fmt::format("disk-cache-size={}", mebibytes));
        all.emplace_back("pin=true");
        return all;
    }
    /// An image whose manifest has two pages, the first of which describes 1,024 chunks.
    void publish_two_pages()
    {
        constexpr std::size_t chunk = 64 * 1024;
        image.assign((1024 + chunks_of_second_page) * chunk, '\0');
        for (std::size_t at = 0; at < image.size(); at += 16)
            image.replace(at, 16, fmt::format("{:015} ", at));
        write_whole(folder.path / "image", image);
        auto writer = rootfs::StoreWriter::open(store());
        ASSERT_TRUE(writer) << writer.error().sentence;
        rootfs::PublishOptions options;
        options.chunking = rootfs::Chunking::fixed;
        const auto published = rootfs::publish_image(*writer, folder.path / "image", options);
        ASSERT_TRUE(published) << published.error().sentence;
        ref = published->ref;
        write_record();
    }
    static constexpr std::size_t chunks_of_second_page = 26;

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

/// Which chunks it describes nobody knows; those of the other page come, whether somebody waits for that one or not.
TEST_F(FillFaults, APageOfTheManifestThatIsWrongEverywhereHoldsUpNoOther)
{
    publish_two_pages();
    const auto manifest = store() / rootfs::manifest_path(ref.manifest);
    const auto good_manifest = read_whole(manifest);
    auto bytes = good_manifest;
    bytes[ref.root_bytes + 7] = static_cast<char>(bytes[ref.root_bytes + 7] ^ 1);
    write_whole(manifest, bytes);
    const auto web = serve("web", store());
    auto silent = serve("silent", store());
    silent.stop();
    const NbdServer server(folder.path / "nbd", pinned({&web, &silent}, 160));
    const auto fill = [&] { return export_of(server)["pinned"]; };
    EXPECT_TRUE(eventually([&] { return fill()["present"] == chunks_of_second_page; })) << server.status().dump(2);
    EXPECT_EQ(fill()["state"], "filling");
    EXPECT_EQ(fill()["unknown"], 1024);
    EXPECT_EQ(fill()["chunks"], chunks_of_second_page) << "as far as they are known";
    EXPECT_EQ(server.status()["waiting"], false) << "nobody has read";
    write_whole(manifest, good_manifest);
    expect_complete(server);
    EXPECT_EQ(fill()["unknown"], 0);
    EXPECT_EQ(fill()["present"], 1024 + chunks_of_second_page);
}

TEST_F(FillFaults, SomebodyWhoWaitsForAPageThatIsWrongHoldsUpNoOther)
{
    publish_two_pages();
    const auto manifest = store() / rootfs::manifest_path(ref.manifest);
    auto web = serve("web", store());
    auto all = pinned({&web}, 160);
    all.pop_back(); // not yet pinned
    std::string output;
    const NbdServer server(folder.path / "nbd", [&] {
        std::erase_if(all, [](const auto& parameter) { return parameter.starts_with("record="); });
        return all;
    }());
    const auto add = [&](std::vector<std::string> options) {
        options.insert(options.begin(), {FARBOOT_READER, "--socket", server.control().string(), "add"});
        options.push_back((folder.path / "record.dsse").string());
        return run(options, &output);
    };
    ASSERT_EQ(add({}), 0) << output;
    const auto good_manifest = read_whole(manifest);
    auto bytes = good_manifest;
    bytes[ref.root_bytes + 7] = static_cast<char>(bytes[ref.root_bytes + 7] ^ 1);
    write_whole(manifest, bytes);
    Process copy({"nbdcopy", server.uri("vm/tiny@3"), copied().string()}, folder.path / "copy.log");
    ASSERT_TRUE(eventually([&] { return server.status()["waiting"] == true; })) << server.status().dump(2);
    ASSERT_EQ(add({"--pin"}), 0) << output;
    const auto fill = [&] { return export_of(server)["pinned"]; };
    EXPECT_TRUE(eventually([&] { return fill()["present"] == chunks_of_second_page; })) << server.status().dump(2);
    EXPECT_EQ(fill()["unknown"], 1024);
    write_whole(manifest, good_manifest);
    EXPECT_TRUE(eventually([&] { return state(server) == "complete"; })) << server.status().dump(2);
    EXPECT_EQ(copy.wait(), 0) << read_whole(folder.path / "copy.log");
    EXPECT_TRUE(copy_is_whole());
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
