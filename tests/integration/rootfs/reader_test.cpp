#include "tests/integration/rootfs/published_image.hpp"

#include <gmock/gmock.h>

#include <cerrno>
#include <csignal>
#include <set>

#include <unistd.h>

namespace farboot::test
{
namespace
{

using testing::HasSubstr;

class Reader : public PublishedImage
{
};

TEST_F(Reader, ServesTheImageBitForBit)
{
    const auto web = serve("web", store());
    const NbdServer server(folder.path / "nbd", parameters({&web}));
    std::string output;
    ASSERT_EQ(run(nbdcopy(server), &output), 0) << output << server.log();
    EXPECT_TRUE(copy_is_whole());

    ASSERT_EQ(
        run({"qemu-img", "compare", "-f", "raw", "-F", "raw", server.uri(), (folder.path / "image").string()}, &output),
        0)
        << output;

    const auto status = server.status()["exports"][0];
    EXPECT_EQ(status["name"], "vm/tiny@3");
    EXPECT_EQ(status["verify_failures"], 0);
    EXPECT_EQ(status["waits"], 0);
    EXPECT_EQ(status["served_bytes"].get<std::size_t>() >= 20 * megabyte, true);
    EXPECT_GE(status["used_bytes"].get<std::size_t>(), 19 * megabyte);
    EXPECT_LE(status["used_bytes"].get<std::size_t>(), 24 * megabyte);
    // Of 24 MiB, 12 are noise, 4 are zeros and the rest shrinks: a chunk is not fetched again and again.
    EXPECT_LT(status["fetched_bytes"].get<std::size_t>(), 24 * megabyte);
}

/// For what reads wait for, over connections that are used again; what is read ahead must be able to end with its own.
TEST_F(Reader, SpeaksHttp2WhereASourceOffersIt)
{
    const auto web = serve("web", store());
    const NbdServer server(folder.path / "nbd", parameters({&web}));
    NbdClient client(server.uri());
    std::size_t reads = 0;
    for (std::size_t place = 0; place < 12 * megabyte; place += megabyte, ++reads)
        EXPECT_EQ(client.read(place, 4096).bytes, image.substr(place, 4096));
    EXPECT_EQ(server.status()["sources"][0]["http2"], true);
    const auto requests = [&](const std::string& protocol) {
        std::multiset<std::string> connections; // one for each request
        for (const auto& request : web.requests())
            if (request.path.find("/packs/") != request.path.npos && request.protocol == protocol)
                connections.insert(request.connection);
        return connections;
    };
    // nginx writes down what is through
    EXPECT_TRUE(eventually([&] { return requests("HTTP/2.0").size() > reads / 2; }));
    const auto waited_for = requests("HTTP/2.0");
    EXPECT_LT(std::set(waited_for.begin(), waited_for.end()).size(), waited_for.size());

    std::string output;
    ASSERT_EQ(run(nbdcopy(server), &output), 0) << output << server.log();
    EXPECT_TRUE(eventually([&] { return !requests("HTTP/1.1").empty(); }));
}

TEST_F(Reader, TellsClientsOfZerosAndBlockSizes)
{
    const auto web = serve("web", store());
    const NbdServer server(folder.path / "nbd", parameters({&web}));
    std::string output;
    ASSERT_EQ(run({"nbdinfo", "--json", server.uri()}, &output), 0) << output;
    const auto info = nlohmann::json::parse(output)["exports"][0];
    EXPECT_EQ(info["export-size"], image.size());
    EXPECT_EQ(info["is_read_only"], true);
    EXPECT_EQ(info["can_multi_conn"], true);
    EXPECT_EQ(info["block_size_minimum"], 4096);
    EXPECT_EQ(info["block_size_preferred"], 65536);
    ASSERT_EQ(run({"nbdinfo", "--map", "--totals", server.uri()}, &output), 0) << output;
    EXPECT_THAT(output, HasSubstr("hole,zero"));
}

TEST_F(Reader, FetchesOnlyWhatIsReadAndAFewNeighbours)
{
    const auto web = serve("web", store());
    std::size_t fetched = 0;
    // A server seems far away while the machine is busy, and then more comes along.
    EXPECT_TRUE(eventually([&] {
        std::filesystem::remove_all(folder.path / "nbd");
        const NbdServer server(folder.path / "nbd", parameters({&web}));
        NbdClient client(server.uri());
        EXPECT_EQ(client.read(5 * megabyte, 4096).bytes, image.substr(5 * megabyte, 4096));
        EXPECT_EQ(client.read(13 * megabyte, megabyte).bytes, std::string(megabyte, '\0'));
        const auto status = server.status()["exports"][0];
        fetched = status["fetched_bytes"];
        if (fetched >= megabyte)
            return false;
        EXPECT_EQ(client.read(5 * megabyte, 4096).error, 0);
        EXPECT_EQ(server.status()["exports"][0]["requests"], status["requests"]) << "the second read comes from memory";
        return true;
    })) << fetched;
}

TEST_F(Reader, ReadsAheadPastWhatIsThereAlready)
{
    const auto web = serve("web", store());
    const NbdServer server(folder.path / "nbd", parameters({&web}));
    NbdClient client(server.uri());
    const auto part = megabyte / 4;
    EXPECT_EQ(client.read(5 * megabyte + 3 * part, 4096).error, 0); // what lies there takes two requests
    for (std::size_t offset = 4 * megabyte; offset < 5 * megabyte + 2 * part; offset += part)
        EXPECT_EQ(client.read(offset, part).error, 0);
    const auto fetched = [&] {
        const auto status = server.status()["exports"][0];
        return status["demand_bytes"].get<std::size_t>() + status["read_ahead_bytes"].get<std::size_t>();
    };
    EXPECT_TRUE(eventually([&] { return fetched() >= 2 * megabyte; })) << fetched();
}

TEST_F(Reader, KeepsItsCacheWithinItsLimit)
{
    const auto web = serve("web", store());
    auto small = parameters({&web});
    small.emplace_back("cache=1");
    const NbdServer server(folder.path / "nbd", small);
    std::string output;
    ASSERT_EQ(run(nbdcopy(server), &output), 0) << output << server.log();
    EXPECT_TRUE(copy_is_whole());
    const auto cache = server.status()["cache"];
    EXPECT_EQ(cache["limit"], megabyte);
    EXPECT_LE(cache["bytes"].get<std::size_t>(), megabyte);
}

TEST_F(Reader, ServesManyImagesByName)
{
    const auto web = serve("web", store());
    const NbdServer server(folder.path / "nbd", parameters({&web}, false));
    try {
        const NbdClient client(server.uri("vm/tiny@3"));
        FAIL() << "an image that nobody added";
    } catch (const std::runtime_error&) {
        EXPECT_THAT(server.log(), HasSubstr("There is no export 'vm/tiny@3' here"));
    }
    std::string output;
    const auto tool = [&](std::vector<std::string> words) {
        words.insert(words.begin(), {FARBOOT_READER, "--socket", server.control().string()});
        return run(words, &output);
    };
    ASSERT_EQ(tool({"add", (folder.path / "record.dsse").string()}), 0) << output;
    EXPECT_THAT(output, HasSubstr("vm/tiny@3"));
    NbdClient client(server.uri("vm/tiny@3"));
    EXPECT_EQ(client.read(0, 4096).bytes, image.substr(0, 4096));
    ASSERT_EQ(tool({"status", "--bytes"}), 0) << output;
    EXPECT_GT(std::stoll(output), 4096);
    ASSERT_EQ(tool({"metrics"}), 0) << output;
    EXPECT_THAT(output, HasSubstr("\nfarboot_reader_served_bytes_total{socket=\"" + server.control().string() +
                                  "\",export=\"vm/tiny@3\"} 4096\n"));
    ASSERT_EQ(tool({"remove", "vm/tiny@3"}), 0) << output;
    EXPECT_THROW(NbdClient(server.uri("vm/tiny@3")), std::runtime_error);
    EXPECT_EQ(client.read(megabyte, 4096).bytes, image.substr(megabyte, 4096)) << "who has it open keeps it";
    EXPECT_EQ(tool({"remove", "vm/tiny@3"}), 1);
    EXPECT_THAT(output, HasSubstr("There is no export"));
}

TEST_F(Reader, RefusesARecordThatThePolicyDoesNotAccept)
{
    const auto web = serve("web", store());
    const auto good = parameters({&web});
    key = rootfs::SigningKey::generate();
    const auto policy = read_whole(folder.path / "policy.dsse");
    write_record();
    write_whole(folder.path / "policy.dsse", policy);
    try {
        const NbdServer server(folder.path / "nbd", good);
        FAIL() << "it must not start";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("nbdkit: error: "));
        EXPECT_THAT(error.what(), HasSubstr("key"));
    }
}

TEST_F(Reader, EndsAtOnceWhenItIsToldTo)
{
    auto web = serve("web", store());
    NbdServer server(folder.path / "nbd", parameters({&web}));
    web.stop();
    std::jthread waiter([&] {
        try {
            NbdClient client(server.uri());
            EXPECT_NE(client.read(0, 4096).error, 0);
        } catch (const std::runtime_error&) { // the connection may end while it begins
        }
    });
    ASSERT_TRUE(eventually([&] { return server.status().value("waiting", false); }));
    server.process().send(SIGTERM);
    EXPECT_TRUE(eventually([&] { return !server.process().running(); })) << "a read that waits must not keep it";
}

/// The kernel asks anew what a broken connection has not answered; an error it would hand to whoever reads the file.
TEST_F(Reader, OneOfARootAnswersNothingWhenItIsToldToEnd)
{
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root may lock so much memory";
    auto web = serve("web", store());
    auto locked = parameters({&web});
    locked.emplace_back("lock=true");
    NbdServer server(folder.path / "nbd", locked);
    NbdClient idle(server.uri());
    NbdClient waiting(server.uri());
    ASSERT_EQ(idle.read(0, 4096).error, 0);
    web.stop();
    int error = 0;
    std::jthread waiter([&] { error = waiting.read(5 * megabyte, 4096).error; });
    ASSERT_TRUE(eventually([&] { return server.status().value("waiting", false); }));
    server.process().send(SIGTERM);
    waiter.join();
    EXPECT_EQ(error, ENOTCONN);
    EXPECT_EQ(server.process().wait(), -1) << "by the signal";
    EXPECT_EQ(idle.read(0, 4096).error, ENOTCONN); // asked while it ends: ECONNRESET
}

} // namespace
} // namespace farboot::test
