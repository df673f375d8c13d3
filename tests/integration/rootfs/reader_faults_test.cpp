#include "rootfs/image/local_image.hpp"
#include "rootfs/image/locator_builder.hpp"
#include "rootfs/image/manifest_builder.hpp"
#include "tests/integration/rootfs/published_image.hpp"

#include <gmock/gmock.h>

#include <cerrno>
#include <csignal>
#include <sstream>

namespace farboot::test
{
namespace
{

using testing::HasSubstr;

class ReaderFaults : public PublishedImage
{
protected:
    [[nodiscard]] static std::size_t fetched(const NbdServer& server)
    {
        return server.status()["exports"][0]["fetched_bytes"].get<std::size_t>();
    }
};

TEST_F(ReaderFaults, AnAlteredByteIsNeverServed)
{
    damage(store());
    const auto web = serve("web", store());
    auto impatient = parameters({&web});
    impatient.emplace_back("give-up=1");
    const NbdServer server(folder.path / "nbd", impatient);
    NbdClient client(server.uri());
    nlohmann::json status;
    // On a busy machine a second may be over before the first wrong byte has come.
    EXPECT_TRUE(eventually([&] {
        const auto read = client.read(5 * megabyte, 65536);
        EXPECT_EQ(read.error, EIO);
        EXPECT_EQ(read.bytes, std::string(65536, '\0'));
        status = server.status();
        return status["exports"][0]["verify_failures"] > 0 && status["sources"][0]["state"] == "quarantined";
    })) << status.dump(2);
}

/// Only a publisher who is trusted can make such a manifest, by mistake or not.
TEST_F(ReaderFaults, AChunkThatIsSaidToHaveTwoLengthsIsAnErrorAndNoByteBesideIt)
{
    const auto opened = rootfs::Store::open(store());
    ASSERT_TRUE(opened);
    const auto published = rootfs::LocalImage::open(*opened, ref.manifest);
    ASSERT_TRUE(published);
    const auto page = published->page(0);
    ASSERT_TRUE(page);
    const auto& chunk = page->manifest.chunks.front();
    const auto& place = page->places.front();
    ASSERT_LT(chunk.length, rootfs::max_chunk_bytes);
    rootfs::ManifestBuilder manifest;
    rootfs::LocatorBuilder locator(manifest.page_entries());
    for (const auto length : {chunk.length, static_cast<std::uint32_t>(rootfs::max_chunk_bytes)}) {
        manifest.add(length, chunk.digest);
        locator.add(published->locator().packs()[place.pack], place.offset, place.stored_length);
    }
    const auto built = manifest.finish();
    ASSERT_TRUE(built) << built.error().sentence;
    ref = built->ref;
    write_whole(opened->manifest(ref.manifest), built->file);
    write_whole(opened->locator(ref.manifest), *locator.finish());
    write_record();

    const auto web = serve("web", store());
    const NbdServer server(folder.path / "nbd", parameters({&web}));
    NbdClient client(server.uri());
    EXPECT_EQ(client.read(0, chunk.length).bytes, image.substr(0, chunk.length));
    EXPECT_EQ(client.read(chunk.length, rootfs::max_chunk_bytes).error, EIO);
    EXPECT_THAT(server.log(), HasSubstr("Whoever published the image has to publish it anew"));
}

TEST_F(ReaderFaults, WaitsForGoodBytesAndGoesOnWithThem)
{
    const auto good = read_whole(pack_of(store()));
    damage(store());
    const auto web = serve("web", store());
    const NbdServer server(folder.path / "nbd", parameters({&web}));
    Process copy(nbdcopy(server), folder.path / "copy.log");
    ASSERT_TRUE(eventually([&] { return server.status()["waiting"] == true; }));
    EXPECT_TRUE(copy.running());
    write_whole(pack_of(store()), good);
    EXPECT_EQ(copy.wait(), 0) << read_whole(folder.path / "copy.log");
    EXPECT_TRUE(copy_is_whole());
    EXPECT_THAT(server.log(), HasSubstr("farboot: waiting for the network or the server"));
    EXPECT_TRUE(eventually([&] { return server.log().find("farboot: back after") != std::string::npos; }));
}

TEST_F(ReaderFaults, OneCorruptSourceOfTwoIsQuarantined)
{
    const auto bad_store = folder.path / "bad";
    publish(bad_store);
    damage(bad_store);
    const auto bad = serve("web1", bad_store);
    const auto good = serve("web2", store());
    // On a busy machine the good one may be there before the bad one has been asked past all caches, which proves it.
    EXPECT_TRUE(eventually([&] {
        std::filesystem::remove_all(folder.path / "nbd");
        const NbdServer server(folder.path / "nbd", parameters({&bad, &good}));
        std::string output;
        EXPECT_EQ(run(nbdcopy(server), &output), 0) << output << server.log();
        EXPECT_TRUE(copy_is_whole());
        const auto status = server.status();
        EXPECT_EQ(status["exports"][0]["waits"], 0);
        EXPECT_EQ(status["sources"][1]["state"], "good");
        return status["exports"][0]["verify_failures"] > 0 && status["sources"][0]["state"] == "quarantined";
    }));
}

TEST_F(ReaderFaults, ASourceThatIsDownIsPassedOver)
{
    auto down = serve("web1", store());
    const auto good = serve("web2", store());
    const NbdServer server(folder.path / "nbd", parameters({&down, &good}));
    down.stop();
    std::string output;
    ASSERT_EQ(run(nbdcopy(server), &output), 0) << output << server.log();
    EXPECT_TRUE(copy_is_whole());
    EXPECT_EQ(server.status()["sources"][0]["state"], "avoided");
}

TEST_F(ReaderFaults, GoesOnAfterTheServerWasAwayInTheMiddleOfARead)
{
    auto web = serve("web", store(), 16 * 1024); // each request takes seconds: none ends before the server is stopped
    const NbdServer server(folder.path / "nbd", parameters({&web}));
    Process copy(nbdcopy(server), folder.path / "copy.log");
    ASSERT_TRUE(eventually([&] { return fetched(server) > megabyte / 4; }));
    web.stop();
    ASSERT_TRUE(eventually([&] { return server.status()["waiting"] == true; }));
    EXPECT_TRUE(copy.running());
    web.start(0);
    EXPECT_EQ(copy.wait(), 0) << read_whole(folder.path / "copy.log");
    EXPECT_TRUE(copy_is_whole());
    EXPECT_GT(server.status()["exports"][0]["waits"], 0);
}

/// Its connections stay, and all that was asked over them; so do new ones, which the kernel takes for it.
TEST_F(ReaderFaults, ASourceThatFreezesInTheMiddleOfAReadHurtsNobodyWhileThereIsAnother)
{
    const auto frozen = serve("web1", store(), 16 * 1024);
    const auto good = serve("web2", store());
    const NbdServer server(folder.path / "nbd", parameters({&frozen, &good}));
    Process copy(nbdcopy(server), folder.path / "copy.log");
    ASSERT_TRUE(eventually([&] { return fetched(server) > megabyte / 4; }));
    frozen.send_workers(SIGSTOP);
    EXPECT_EQ(copy.wait(), 0) << read_whole(folder.path / "copy.log") << server.log();
    EXPECT_TRUE(copy_is_whole());
    EXPECT_EQ(server.status()["exports"][0]["waits"], 0) << server.log();
    frozen.send_workers(SIGCONT);
}

TEST_F(ReaderFaults, GoesOnAfterTheOnlySourceWasFrozenInTheMiddleOfARead)
{
    const auto web = serve("web", store(), 16 * 1024);
    const NbdServer server(folder.path / "nbd", parameters({&web}));
    Process copy(nbdcopy(server), folder.path / "copy.log");
    ASSERT_TRUE(eventually([&] { return fetched(server) > megabyte / 4; }));
    web.send_workers(SIGSTOP);
    ASSERT_TRUE(eventually([&] { return server.status()["waiting"] == true; }));
    EXPECT_TRUE(copy.running());
    web.send_workers(SIGCONT);
    EXPECT_TRUE(eventually([&] { return server.status()["waiting"] == false; })) << server.log();
}

/// Its name leads to another address while the reader runs; at the old one nobody answers.
TEST_F(ReaderFaults, FollowsAServerThatMoves)
{
    const auto hosts = folder.path / "hosts"; // the reader's own /etc/hosts
    const auto name_leads_to = [&](const std::string& address) {
        write_whole(hosts, address + " " + WebServer::other_name + "\n");
    };
    const std::vector<std::string> wrapper{
        "unshare", "--mount", "sh", "-c", "mount --bind " + hosts.string() + " /etc/hosts && exec \"$@\"", "sh"};
    auto web = serve("web", store());
    name_leads_to("127.0.0.1");
    auto allowed = wrapper;
    allowed.emplace_back("true");
    if (std::string words; run(allowed, &words) != 0)
        GTEST_SKIP() << "a file cannot be mounted here: " << words;
    auto impatient = parameters_for({{web.url_of_other_name(), read_whole(web.ca())}});
    impatient.emplace_back("give-up=30"); // libcurl by itself keeps an address for a minute
    const NbdServer server(folder.path / "nbd", impatient, wrapper);
    NbdClient client(server.uri());
    ASSERT_EQ(client.read(0, 4096).bytes, image.substr(0, 4096)) << server.log();

    for (const auto* address : {"127.0.0.2", "127.0.0.3"}) {
        web.move_to(address);
        name_leads_to(address);
        const auto place = address == std::string_view("127.0.0.2") ? 5 * megabyte : 20 * megabyte;
        EXPECT_EQ(client.read(place, 4096).bytes, image.substr(place, 4096)) << server.log();
    }
    EXPECT_EQ(server.status()["sources"][0]["state"], "good");
}

TEST_F(ReaderFaults, BelievesNoServerOfAnotherAuthority)
{
    const auto web = serve("web", store());
    const auto other = serve("other", store());
    auto wrong = parameters({&web});
    wrong.emplace_back("give-up=1");
    write_whole(folder.path / "ca.pem", read_whole(other.ca()));
    const NbdServer server(folder.path / "nbd", wrong);
    NbdClient client(server.uri());
    EXPECT_EQ(client.read(0, 4096).error, EIO);
    EXPECT_EQ(fetched(server), 0);
    EXPECT_THAT(server.log(), HasSubstr("certificate"));
}

/// The parameters of the shipped unit, with what an admin adds in /etc/default/farboot-reader.
TEST_F(ReaderFaults, TheUnitTakesOptionsOfAnAdmin)
{
    auto web = serve("web", store());
    const auto handed_over = parameters({&web}, false);
    const auto unit = read_whole(FARBOOT_DOCS "/../rootfs/nbd/systemd/farboot-reader.service");
    EXPECT_THAT(unit, HasSubstr("\nEnvironmentFile=-/etc/default/farboot-reader\n"));
    const auto start = unit.find("\nExecStart=");
    std::istringstream line(unit.substr(start + 1, unit.find('\n', start + 1) - start - 1));
    std::vector<std::string> options;
    for (std::string word; line >> word;)
        if (word == "$FARBOOT_READER_OPTIONS") // the words of its value
            options.insert(options.end(), {"give-up=1"});
        else if (word.starts_with("cache=") || word.starts_with("session="))
            options.push_back(word);
    options.insert(options.end(), handed_over.begin(), handed_over.end());
    const NbdServer server(folder.path / "nbd", options);
    std::string output;
    ASSERT_EQ(
        run({FARBOOT_READER, "--socket", server.control().string(), "add", (folder.path / "record.dsse").string()},
            &output),
        0)
        << output;
    NbdClient client(server.uri("vm/tiny@3"));
    web.stop();
    EXPECT_EQ(client.read(5 * megabyte, 4096).error, EIO);
}

} // namespace
} // namespace farboot::test
