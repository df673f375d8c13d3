#include "tests/integration/rootfs/published_image.hpp"

#include <gmock/gmock.h>

#include <cerrno>

namespace farboot::test
{
namespace
{

/// An image is removed from the store while PCs run from it.
class RemovedImage : public PublishedImage
{
protected:
    static constexpr std::size_t read_bytes = 64 * 1024;

    void farboot(std::vector<std::string> words) const
    {
        words.insert(words.begin(), {FARBOOT, "image"});
        words.insert(words.end(), {"--store", store().string()});
        std::string output;
        ASSERT_EQ(run(words, &output), 0) << output;
    }
    void expect_reads(NbdClient& client, std::size_t place) const
    {
        EXPECT_TRUE(client.read(place, read_bytes).bytes == image.substr(place, read_bytes)) << place;
    }
};

TEST_F(RemovedImage, IsReadOnUntilItsTimeIsOver)
{
    // Another image needs a little of this one's packs: cleaning up takes that out of them.
    const auto bytes = image;
    const auto removed = ref;
    write_whole(folder.path / "image", image.substr(0, megabyte) + make_image(2));
    publish(store());
    ref = removed;
    write_whole(folder.path / "image", bytes);

    const auto web = serve("web", store());
    auto impatient = parameters({&web});
    impatient.emplace_back("give-up=5");
    const NbdServer server(folder.path / "nbd", impatient);
    NbdClient client(server.uri());
    expect_reads(client, 0);
    const auto fetched = [&] { return server.status()["exports"][0]["fetched_bytes"].get<std::size_t>(); };
    const auto before = fetched();
    EXPECT_LT(before, 2 * megabyte) << "the rest is read for the first time below";

    farboot({"remove", removed.manifest.hex()});
    farboot({"clean"});
    expect_reads(client, 10 * megabyte);
    EXPECT_GT(fetched(), before);
    {
        const NbdServer cold(folder.path / "nbd-cold", impatient);
        NbdClient newcomer(cold.uri());
        expect_reads(newcomer, 20 * megabyte); // its manifest and its locator come first
    }

    farboot({"clean", "--keep-days", "0"});
    EXPECT_EQ(client.read(5 * megabyte, read_bytes).error, EIO);
    EXPECT_FALSE(std::filesystem::exists(store() / "v1/locators" / removed.manifest.hex()));
    EXPECT_FALSE(std::filesystem::exists(store() / "v1/manifests" / removed.manifest.hex()));
    farboot({"verify"});
}

} // namespace
} // namespace farboot::test
