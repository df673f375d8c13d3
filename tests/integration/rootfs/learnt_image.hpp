#pragma once

#include "tests/integration/rootfs/published_image.hpp"

#include <gmock/gmock.h>

namespace farboot::test
{

/// A "boot": reads here and there, which a trace then tells of.
class LearntImage : public PublishedImage
{
protected:
    static constexpr std::size_t read_bytes = 32 * 1024;

    /// 60 places of the first 12 MiB, far enough from each other for none to be the other's neighbour, out of order.
    static std::vector<std::uint64_t> boot()
    {
        std::vector<std::uint64_t> places;
        for (std::size_t i = 0; i < 60; ++i)
            places.push_back((i * 37 % 60) * 200 * 1024);
        return places;
    }
    void read_all(NbdClient& client, const std::vector<std::uint64_t>& places) const
    {
        for (const auto place : places)
            ASSERT_EQ(client.read(place, read_bytes).bytes, image.substr(place, read_bytes)) << place;
    }
    static int tool(const NbdServer& server, std::vector<std::string> words, std::string& output)
    {
        words.insert(words.begin(), {FARBOOT_READER, "--socket", server.control().string()});
        return run(words, &output);
    }
    int farboot(std::vector<std::string> words, std::string& output) const
    {
        words.insert(words.begin(), FARBOOT);
        words.insert(words.end(), {"--store", store().string()});
        return run(words, &output);
    }
    /// Boots once without a profile, and makes one of what was read.
    void learn() { learn("teacher", boot()); }
    void learn(const std::string& name, const std::vector<std::uint64_t>& places)
    {
        const auto web = serve(name.c_str(), store());
        const NbdServer server(folder.path / ("nbd-" + name), parameters({&web}));
        NbdClient client(server.uri());
        read_all(client, places);
        std::string output;
        ASSERT_EQ(tool(server, {"trace", "--hardware", "test bench"}, output), 0) << output;
        EXPECT_THAT(output, testing::StartsWith("# farboot trace 1\n# manifest " + ref.manifest.hex()));
        EXPECT_THAT(output, testing::HasSubstr("# hardware test bench\n"));
        write_whole(folder.path / "boot.csv", output);
        ASSERT_EQ(farboot({"profile", "make", (folder.path / "boot.csv").string()}, output), 0) << output;
    }
    static nlohmann::json hot(const NbdServer& server) { return server.status()["exports"][0]["hot"]; }
    [[nodiscard]] static bool becomes(const NbdServer& server, const std::string& state)
    {
        return eventually([&] { return hot(server).is_object() && hot(server)["state"] == state; });
    }
    [[nodiscard]] std::filesystem::path hot_file() const { return hot_file_of(store()); }
    [[nodiscard]] static std::filesystem::path hot_file_of(const std::filesystem::path& where)
    {
        return std::filesystem::directory_iterator(where / "v1/hot")->path();
    }
    /// Wrong bytes all over it.
    static void damage_hot_pack(const std::filesystem::path& where)
    {
        auto bytes = read_whole(hot_file_of(where));
        for (std::size_t i = 100'000; i < bytes.size(); i += 100'000)
            bytes[i] = static_cast<char>(bytes[i] ^ 1);
        write_whole(hot_file_of(where), bytes);
    }
};

} // namespace farboot::test
