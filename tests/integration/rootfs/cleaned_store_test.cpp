#include "tests/integration/rootfs/learnt_image.hpp"

namespace farboot::test
{
namespace
{

/// A store is cleaned up under a running reader.
class CleanedStore : public LearntImage
{
protected:
    /// The store has another image, too, which was there first: a third of the pack that it came in is in ours.
    void SetUp() override
    {
        LearntImage::SetUp();
        if (IsSkipped())
            return;
        std::filesystem::remove_all(store());
        auto bytes = make_image(2);
        bytes.replace(2 * megabyte, 4 * megabyte, image, 2 * megabyte, 4 * megabyte);
        write_whole(folder.path / "image", bytes);
        publish(store());
        other = ref;
        shared_pack = pack_of(store());
        write_whole(folder.path / "image", image);
        publish(store());
        write_record();
    }
    /// Removes the other image, and at once what only it needed.
    void clean_up() const
    {
        std::string output;
        ASSERT_EQ(farboot({"image", "remove", other.manifest.hex()}, output), 0) << output;
        ASSERT_EQ(farboot({"image", "clean", "--keep-days", "0"}, output), 0) << output;
        ASSERT_FALSE(std::filesystem::exists(shared_pack)) << output;
    }
    static void expect_no_trouble(const NbdServer& server)
    {
        const auto status = server.status();
        EXPECT_EQ(status["exports"][0]["waits"], 0) << status.dump(2);
        EXPECT_EQ(status["sources"][0]["state"], "good") << status.dump(2);
    }
    void expect_whole(const NbdServer& server) const
    {
        std::string output;
        EXPECT_EQ(run(nbdcopy(server), &output), 0) << output << server.log();
        EXPECT_TRUE(copy_is_whole());
    }

    rootfs::ImageRef other;
    std::filesystem::path shared_pack;
};

TEST_F(CleanedStore, LeadsARunningReaderToWhereChunksLieNow)
{
    const auto web = serve("web", store());
    const NbdServer server(folder.path / "nbd", parameters({&web}));
    NbdClient client(server.uri());
    ASSERT_EQ(client.read(0, 4096).error, 0); // now it knows where everything lies
    clean_up();
    EXPECT_EQ(client.read(3 * megabyte, megabyte).bytes, image.substr(3 * megabyte, megabyte));
    expect_no_trouble(server);
    expect_whole(server);
    expect_no_trouble(server);
}

/// Its profile is another by then, too: the hot pack that streams goes with the rest.
TEST_F(CleanedStore, LeadsAHotStreamToTheNewPack)
{
    learn();
    const auto web = serve("web", store());
    auto small = parameters({&web}); // so the stream waits until the boot reads what comes first
    small.emplace_back("cache=4");
    const NbdServer server(folder.path / "nbd", small);
    NbdClient client(server.uri());
    ASSERT_TRUE(becomes(server, "streaming"));
    const auto old_pack = hot_file();
    const auto old_bytes = hot(server)["pack_bytes"];

    auto places = boot();
    places.resize(places.size() * 3 / 4);
    learn("teacher2", places);
    clean_up();
    ASSERT_FALSE(std::filesystem::exists(old_pack));
    read_all(client, boot());
    EXPECT_TRUE(becomes(server, "done")) << server.status().dump(2);
    EXPECT_LT(hot(server)["pack_bytes"], old_bytes) << "it goes by the old list";
    expect_no_trouble(server);
    expect_whole(server);
    expect_no_trouble(server);
}

} // namespace
} // namespace farboot::test
