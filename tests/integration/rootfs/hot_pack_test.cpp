#include "tests/integration/rootfs/learnt_image.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <set>
#include <stdexcept>

namespace farboot::test
{
namespace
{

using testing::HasSubstr;

using HotPack = LearntImage;

/// A server over 40 ms and 100 Mbit/s.
class FarAway
{
public:
    FarAway(const std::filesystem::path& log, const WebServer& web)
        : log_(log),
          link_({FARBOOT_WAN_LINK, "--listen", "0", "--to", "127.0.0.1:" + port_of(web.url()), "--rtt", "40", "--rate",
                 "100"},
                log)
    {
        if (!eventually([&] { return read_whole(log).ends_with('\n'); }))
            throw std::runtime_error("wan-link does not start");
    }
    [[nodiscard]] std::string url() const
    {
        const auto words = read_whole(log_); // "listening PORT"
        const auto port = words.find(' ') + 1;
        return "https://localhost:" + words.substr(port, words.size() - port - 1) + "/store";
    }

private:
    static std::string port_of(const std::string& url)
    {
        const auto port = url.rfind(':') + 1;
        return url.substr(port, url.rfind('/') - port);
    }

    std::filesystem::path log_;
    Process link_;
};

TEST_F(HotPack, BringsEverythingThatABootWillRead)
{
    learn();
    const auto web = serve("web", store());
    const NbdServer server(folder.path / "nbd", parameters({&web}));
    NbdClient client(server.uri());
    ASSERT_TRUE(becomes(server, "done")) << server.status().dump(2);
    const auto before = server.status()["exports"][0];
    EXPECT_GE(before["hot_bytes"].get<std::size_t>(), 60 * read_bytes);
    read_all(client, boot());
    const auto after = server.status()["exports"][0];
    EXPECT_EQ(after["requests"], before["requests"]) << "everything was there, the manifest's pages too";
    EXPECT_EQ(after["demand_bytes"], 0);
    EXPECT_EQ(after["read_ahead_bytes"], 0);
    EXPECT_EQ(after["verify_failures"], 0);
}

/// Slow, and far away.
class SlowHotPack : public HotPack
{
protected:
    void SetUp() override
    {
        HotPack::SetUp();
        learn();
        web_.emplace(folder.path / "web", store(), 500'000); // bytes a second of each answer
        far_.emplace(folder.path / "link", *web_);
    }
    [[nodiscard]] NbdServer server(std::vector<std::string> wrapper = {}) const
    {
        return {folder.path / "nbd", parameters_for({{far_->url(), read_whole(web_->ca())}}), std::move(wrapper)};
    }
    /// It has come.
    void read_all_of(const NbdServer& server, NbdClient& client) const
    {
        const auto before = server.status()["exports"][0];
        EXPECT_LT(before["hot_bytes"].get<double>(), 1.1 * before["hot"]["pack_bytes"].get<double>());
        read_all(client, boot());
        const auto after = server.status()["exports"][0];
        EXPECT_EQ(after["demand_bytes"], 0) << after.dump(2);
        EXPECT_EQ(after["verify_failures"], 0);
    }

private:
    std::optional<WebServer> web_;
    std::optional<FarAway> far_;
};

TEST_F(SlowHotPack, ComesOverSeveralConnectionsWherePacketsAreLost)
{
    const auto reader = server({"env", "LD_PRELOAD=" LOST_PACKETS, "ASAN_OPTIONS=verify_asan_link_order=0"});
    NbdClient client(reader.uri());
    ASSERT_TRUE(becomes(reader, "done")) << reader.status().dump(2);
    EXPECT_GT(reader.status()["exports"][0]["requests"], 50) << "one connection brings it in one request";
    read_all_of(reader, client);
}

TEST_F(SlowHotPack, ComesOverOneConnectionWhereNoneAre)
{
    const auto reader = server();
    NbdClient client(reader.uri());
    ASSERT_TRUE(becomes(reader, "done")) << reader.status().dump(2);
    EXPECT_LT(reader.status()["exports"][0]["requests"], 50);
    EXPECT_EQ(hot(reader)["connections"], 1);
    read_all_of(reader, client);
}

TEST_F(SlowHotPack, AGuessComesOverConnectionsInTurnsOnceReadsLeaveMuchOfItOut)
{
    constexpr std::size_t rows = 256;
    constexpr std::size_t row_bytes = 64 * 1024;
    std::string guess = fmt::format("# farboot trace 1\n# manifest {}\n# image_bytes {}\n# guessed from files\n"
                                    "t_seconds,offset,length\n",
                                    ref.manifest.hex(), image.size());
    for (std::size_t row = 0; row < rows; ++row)
        guess += fmt::format("0,{},4096\n", row * row_bytes);
    write_whole(folder.path / "guess.csv", guess);
    std::string output;
    ASSERT_EQ(farboot({"profile", "make", (folder.path / "guess.csv").string()}, output), 0) << output;
    const auto reader = server();
    NbdClient client(reader.uri());
    ASSERT_TRUE(becomes(reader, "streaming")) << reader.status().dump(2);
    for (std::size_t row = 0; row < rows; row += row % 3 == 1 ? 1 : 2) // two in three
        ASSERT_EQ(client.read(row * row_bytes, 4096).bytes, image.substr(row * row_bytes, 4096));
    ASSERT_TRUE(becomes(reader, "done")) << reader.status().dump(2);
    const auto status = reader.status()["exports"][0];
    EXPECT_EQ(status["hot"]["connections"], 3) << status.dump(2);
    EXPECT_LT(status["hot_bytes"].get<double>(), 1.1 * status["hot"]["pack_bytes"].get<double>()) << "nothing twice";
    EXPECT_EQ(status["verify_failures"], 0);
}

TEST_F(HotPack, AReadDoesNotWaitForTheStreamsEnd)
{
    learn();
    const auto web = serve("web", store(), 256 * 1024); // the stream needs half a minute
    const NbdServer server(folder.path / "nbd", parameters({&web}));
    NbdClient client(server.uri());
    ASSERT_TRUE(becomes(server, "streaming"));
    const auto last = boot().back();
    EXPECT_EQ(client.read(last, read_bytes).bytes, image.substr(last, read_bytes));
    EXPECT_EQ(hot(server)["state"], "streaming") << "the read has fetched for itself";
    EXPECT_GT(server.status()["exports"][0]["demand_bytes"], 0);
}

TEST_F(HotPack, StopsWhenReadsHaveNothingToDoWithIt)
{
    learn();
    const auto web = serve("web", store(), 256 * 1024);
    const NbdServer server(folder.path / "nbd", parameters({&web}));
    NbdClient client(server.uri());
    ASSERT_TRUE(becomes(server, "streaming"));
    for (std::size_t place = 16 * megabyte; place + 4096 < image.size(); place += 64 * 1024)
        ASSERT_EQ(client.read(place, 4096).bytes, image.substr(place, 4096));
    EXPECT_TRUE(becomes(server, "strayed")) << server.status().dump(2);
    EXPECT_LT(hot(server)["through"], hot(server)["chunks"]);
}

TEST_F(HotPack, AWrongByteInItHurtsNobody)
{
    learn();
    damage_hot_pack(store());
    const auto web = serve("web", store());
    const NbdServer server(folder.path / "nbd", parameters({&web}));
    NbdClient client(server.uri());
    read_all(client, boot());
    EXPECT_TRUE(becomes(server, "failed")) << server.status().dump(2);
    const auto status = server.status();
    EXPECT_EQ(status["sources"][0]["state"], "good") << "all else that it has is right";
    EXPECT_EQ(status["exports"][0]["waits"], 0);
}

TEST_F(HotPack, OneThatIsNotThereHurtsNobody)
{
    learn();
    std::filesystem::remove(hot_file());
    const auto web = serve("web", store());
    const NbdServer server(folder.path / "nbd", parameters({&web}));
    NbdClient client(server.uri());
    read_all(client, boot());
    EXPECT_TRUE(becomes(server, "failed")) << server.status().dump(2);
    EXPECT_EQ(server.status()["sources"][0]["state"], "good");
}

TEST_F(HotPack, ComesOverAConnectionOfItsOwn)
{
    learn();
    const auto web = serve("web", store());
    const NbdServer server(folder.path / "nbd", parameters({&web}));
    NbdClient client(server.uri());
    ASSERT_TRUE(becomes(server, "done")) << server.status().dump(2);
    EXPECT_EQ(client.read(23 * megabyte, 4096).bytes, image.substr(23 * megabyte, 4096)); // nothing that it has
    const auto protocols = [&](const std::string& folder_name) {
        std::set<std::string> result;
        for (const auto& request : web.requests())
            if (request.path.find(folder_name) != request.path.npos)
                result.insert(request.protocol);
        return result;
    };
    // nginx writes down what is through
    EXPECT_TRUE(eventually([&] { return !protocols("/hot/").empty() && !protocols("/packs/").empty(); }));
    EXPECT_THAT(protocols("/hot/"), testing::ElementsAre("HTTP/1.1"));
    EXPECT_THAT(protocols("/packs/"), testing::ElementsAre("HTTP/2.0"));
}

TEST_F(HotPack, ComesInPartsWhereMemoryIsSmall)
{
    learn();
    const auto web = serve("web", store());
    auto small = parameters({&web});
    small.emplace_back("cache=4");
    const NbdServer server(folder.path / "nbd", small);
    NbdClient client(server.uri());
    read_all(client, boot());
    const auto status = server.status();
    EXPECT_LE(status["cache"]["bytes"].get<std::size_t>(), 4 * megabyte);
    EXPECT_TRUE(becomes(server, "done")) << status.dump(2);
    // Hardly a chunk was pushed out before it was read.
    EXPECT_LT(status["exports"][0]["fetched_bytes"].get<double>(),
              1.3 * status["exports"][0]["hot"]["pack_bytes"].get<double>());
}

TEST_F(HotPack, DoesNotBringAgainWhatReadsHaveFetchedForThemselves)
{
    learn();
    const auto web = serve("web", store(), 2 * megabyte);
    auto small = parameters({&web}); // so the stream waits until the boot reads what comes first
    small.emplace_back("cache=4");
    const NbdServer server(folder.path / "nbd", small);
    NbdClient client(server.uri());
    const auto places = boot();
    std::vector<std::uint64_t> most; // four of five of the second half
    for (auto i = places.size() / 2; i < places.size(); ++i)
        if (i % 5 != 0)
            most.push_back(places[i]);
    ASSERT_TRUE(becomes(server, "streaming"));
    read_all(client, most);
    read_all(client, places);
    ASSERT_TRUE(becomes(server, "done")) << server.status().dump(2);
    const auto status = server.status()["exports"][0];
    EXPECT_LT(status["hot_bytes"].get<double>(), 0.8 * status["hot"]["pack_bytes"].get<double>());
}

TEST_F(HotPack, GoesOnWhereItWasWhenTheServerWasAway)
{
    learn();
    auto web = serve("web", store(), 1024 * 1024);
    const NbdServer server(folder.path / "nbd", parameters({&web}));
    NbdClient client(server.uri());
    ASSERT_TRUE(eventually([&] { return server.status()["exports"][0]["hot_bytes"].get<std::size_t>() > megabyte; }));
    web.stop();
    web.start();
    ASSERT_TRUE(becomes(server, "done")) << server.status().dump(2);
    const auto status = server.status()["exports"][0];
    EXPECT_LT(status["hot_bytes"].get<double>(), 1.1 * status["hot"]["pack_bytes"].get<double>());
    read_all(client, boot());
    EXPECT_EQ(server.status()["exports"][0]["demand_bytes"], 0);
}

TEST_F(HotPack, APublishedSuccessorInheritsIt)
{
    learn();
    const auto first = ref;
    // A megabyte in the middle of what the boot reads is another, and 300 kB longer.
    std::string changed(megabyte + 300'000, '\0');
    std::mt19937_64 random(2);
    for (auto& byte : changed)
        byte = static_cast<char>(random());
    image.replace(5 * megabyte, megabyte, changed);
    write_whole(folder.path / "image", image);
    write_whole(folder.path / "kernel", "a kernel");
    key.save(folder.path / "key.pem").value();
    std::string output;
    ASSERT_EQ(farboot({"publish", "vm", "--series", "tiny", "--number", "4", "--title", "Tiny", "--image",
                       (folder.path / "image").string(), "--chunking", "content", "--key",
                       (folder.path / "key.pem").string(), "-o", (folder.path / "next.dsse").string()},
                      output),
              0)
        << output;
    EXPECT_THAT(output, HasSubstr("Boot profile inherited from " + first.manifest.hex().substr(0, 12)));

    // The same boot of the successor: what lay behind the change lies further back.
    const auto web = serve("web", store());
    auto next = parameters({&web}, false);
    next.push_back("record=" + (folder.path / "next.dsse").string());
    const NbdServer server(folder.path / "nbd", next);
    NbdClient client(server.uri());
    ASSERT_TRUE(becomes(server, "done")) << server.status().dump(2);
    auto places = boot();
    for (auto& place : places)
        place += place < 6 * megabyte ? 0 : 300'000;
    read_all(client, places);
    const auto status = server.status()["exports"][0];
    EXPECT_GE(status["hot_bytes"].get<std::size_t>(), 50 * read_bytes);
    EXPECT_LT(status["demand_bytes"].get<std::size_t>(), status["hot_bytes"].get<std::size_t>() / 10)
        << server.status().dump(2);
}

} // namespace
} // namespace farboot::test
