#include "rootfs/image/pack_writer.hpp"
#include "rootfs/image/trace.hpp"
#include "tests/integration/rootfs/nbd_server.hpp"
#include "tests/integration/server/uploads.hpp"
#include "tests/unit/server/catalog/signers.hpp"

#include <gmock/gmock.h>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;
using testing::HasSubstr;

TEST_F(Upload, OnlyWhatTheServerLacksIsSent)
{
    const auto first = publish();
    const auto all = copy(first);
    EXPECT_GT(all["copied_bytes"], image_bytes);
    EXPECT_GE(all["new_packs"], 3);
    expect_there(first);
    const auto again = copy(first);
    EXPECT_EQ(again["copied_bytes"], 0);
    EXPECT_EQ(again["known_bytes"], image_bytes); // it does not compress

    for (std::size_t at = 50'000'000; at < 50'200'000; ++at)
        image_[at] = static_cast<char>(image_[at] ^ 0x55);
    const auto second = publish();
    const auto few = copy(second);
    EXPECT_LT(few["copied_bytes"], 1'000'000);
    EXPECT_GT(few["known_bytes"], image_bytes - 1'000'000);
    expect_there(second);
    EXPECT_EQ(left(), 0U);
}

TEST_F(Upload, PublishingBringsEverythingThatTheRecordNames)
{
    const auto path = [&](const char* name) { return (folder_.path / name).string(); };
    write_whole(path("kernel"), std::string(3 << 20, 'k'));
    write_whole(path("initramfs"), std::string(1 << 20, 'i'));
    image_.resize(5 << 20);
    write_whole(path("image"), image_);
    const auto farboot = [&](std::vector<std::string> words, int expected = 0) {
        words.insert(words.begin(), FARBOOT_PROGRAM);
        std::string output;
        EXPECT_EQ(run(words, &output), expected) << output;
        return output;
    };
    farboot({"key", "new", path("publisher.pem")});
    farboot({"policy", "new", "--publisher", path("publisher.pem"), "--statement", (data() / "statement.pub").string(),
             "--sign", path("publisher.pem"), "-o", path("policy.dsse")});
    std::string output;
    ASSERT_EQ(command({"policy", path("policy.dsse")}, &output), 0) << output;
    const std::vector<std::string> publish_words{"publish",      "boot",
                                                 "--store",      mine().string(),
                                                 "--series",     "desktop",
                                                 "--number",     "auto",
                                                 "--title",      "Desktop",
                                                 "--kernel",     path("kernel"),
                                                 "--initramfs",  path("initramfs"),
                                                 "--image",      path("image"),
                                                 "--key",        path("publisher.pem"),
                                                 "-o",           path("desktop.dsse"),
                                                 "--server",     url(),
                                                 "--ca",         (data() / "ca.pem").string(),
                                                 "--token-file", token_file().string()};
    EXPECT_THAT(farboot(publish_words), HasSubstr("sent to https://127.0.0.1"));

    const auto record = json::parse(request("GET", "/api/v1/records/boot/desktop").body, nullptr, false);
    ASSERT_TRUE(record.is_object());
    const auto shown = json::parse(farboot({"record", "show", path("desktop.dsse"), "--json"}))["payload"];
    for (const auto& file : {shown["kernel"]["digest"], shown["initramfs"][0]["digest"]})
        EXPECT_EQ(request("HEAD", "/store/v1/files/" + file.get<std::string>()).status, 200);
    expect_there(*Digest::from_hex(shown["image"]["manifest"].get<std::string>()));
    const std::vector<std::string> at_server{
        "--server", url(), "--ca", (data() / "ca.pem").string(), "--token-file", token_file().string()};
    std::vector<std::string> list_words{"record", "list"};
    list_words.insert(list_words.end(), at_server.begin(), at_server.end());
    EXPECT_THAT(farboot(list_words), testing::ContainsRegex("boot/desktop 1  published  20.*Z  Desktop\n"));
    // The next version shares all bytes: nothing but the record goes over the wire.
    EXPECT_THAT(farboot(publish_words), testing::Not(HasSubstr("sent to")));
}

TEST_F(Upload, AHotPackIsMadeAgainFromItsOrder)
{
    image_.resize(5 << 20);
    const auto image = publish();
    const rootfs::Trace trace{
        image,
        image_.size(),
        "",
        "",
        {{std::chrono::microseconds(0), {3'000'000, 4096}}, {std::chrono::microseconds(9), {1'000'000, 200'000}}}};
    write_whole(folder_.path / "trace.csv", trace.to_text());
    std::string output;
    ASSERT_EQ(
        run({FARBOOT_PROGRAM, "profile", "make", (folder_.path / "trace.csv").string(), "--store", mine().string()},
            &output),
        0)
        << output;
    copy(image);
    const auto hot = [&](const std::filesystem::path& folder) {
        return rootfs::hot_list_of(*rootfs::Store::open(folder), image);
    };
    EXPECT_GT(hot(mine()).rows.size(), 3U);
    EXPECT_EQ(hot(store()).pack.digest, hot(mine()).pack.digest);
    expect_there(image);

    // A PC gets it from there, and so finds at once what it reads.
    const NbdServer reader(folder_.path / "nbd", reader_of(image));
    NbdClient client(reader.uri());
    const auto its = [&] { return reader.status()["exports"][0]; };
    ASSERT_TRUE(eventually([&] { return its()["hot"].is_object() && its()["hot"]["state"] == "done"; }))
        << reader.status().dump(2);
    EXPECT_GE(its()["hot_bytes"], 200'000);
    const std::size_t place = 1'003'520; // the whole blocks of 4 KiB of the second read of the trace
    const std::size_t count = 192'512;
    EXPECT_TRUE(client.read(place, count).bytes == image_.substr(place, count));
    EXPECT_EQ(its()["demand_bytes"], 0) << reader.status().dump(2);
    EXPECT_EQ(its()["verify_failures"], 0);
}

/// Client and server are killed at random instants. What has arrived is removed, and another image follows.
TEST_F(Upload, NothingIsSharedUnchecked)
{
    rootfs::PackWriter writer;
    writer.add(sha256(as_bytes("one")), 3, "two");
    const auto lie = writer.finish();
    const auto path = "/api/v1/store/packs/" + lie.ref.digest.hex();
    EXPECT_EQ(code_of(admin("PUT", path, lie.file)), "digest-mismatch");
    const auto hex = lie.ref.digest.hex();
    EXPECT_EQ(request("GET", "/store/v1/packs/" + hex.substr(0, 2) + "/" + hex).status, 404);
    EXPECT_EQ(code_of(admin("PUT", path, "something else")), "digest-mismatch");
    const auto name = [](std::string_view bytes) { return sha256(as_bytes(bytes)).hex(); };
    EXPECT_EQ(code_of(admin("PUT", "/api/v1/store/packs/" + name("x"), "x")), "pack-malformed");
    EXPECT_EQ(code_of(admin("PUT", "/api/v1/store/manifests/" + name("x"), "x")), "truncated");
    EXPECT_EQ(code_of(admin("PUT", "/api/v1/store/files/" + name("x"), "y")), "digest-mismatch");
    EXPECT_EQ(admin("PUT", "/api/v1/store/files/" + name("x"), "x").status, 201);
    EXPECT_EQ(admin("PUT", "/api/v1/store/files/" + name("x"), "x").status, 200);
    EXPECT_EQ(request("GET", "/store/v1/files/" + name("x")).body, "x");
    EXPECT_EQ(admin("PUT", "/api/v1/store/files/../../../x", "x").status, 400);
    EXPECT_EQ(admin("PUT", "/api/v1/store/files/x", "x").status, 404);
    EXPECT_EQ(left(), 0U);
}

TEST_F(Upload, AKernelThatIsAboutToBeDeletedIsSentAgain)
{
    const auto name = sha256(as_bytes("x"));
    const auto path = "/api/v1/store/files/" + name.hex();
    EXPECT_EQ(code_of(admin("GET", path)), "not-found");
    EXPECT_EQ(admin("GET", "/api/v1/store/files/x").status, 404);
    EXPECT_EQ(request("GET", path).status, 401);
    ASSERT_EQ(admin("PUT", path, "x").status, 201);
    const json there{{"digest", name.hex()}, {"bytes", 1}};
    EXPECT_EQ(json::parse(admin("GET", path).body), there);
    // As a cleaning up would do, that runs meanwhile and knows nothing of a record which names it.
    {
        auto writer = rootfs::StoreWriter::open(store());
        ASSERT_TRUE(writer) << writer.error().sentence;
        auto list = writer->retired();
        list.add(writer->store().relative(writer->store().file(name)), {1, 0});
        ASSERT_TRUE(writer->set_retired(std::move(list)));
    }
    const auto gone = admin("GET", path);
    EXPECT_EQ(gone.status, 404);
    EXPECT_EQ(code_of(gone), "not-found");
    EXPECT_EQ(request("GET", "/store/v1/files/" + name.hex()).status, 200) << "PCs may still need it";
    EXPECT_EQ(admin("PUT", path, "x").status, 200);
    EXPECT_EQ(json::parse(admin("GET", path).body), there);
    EXPECT_TRUE(rootfs::RetiredList::load(*rootfs::Store::open(store()))->entries().empty());
}

TEST_F(Upload, ImagesThatAreNotThereAreNotCompleted)
{
    const auto path = "/api/v1/store/images/" + sha256(as_bytes("none")).hex();
    EXPECT_EQ(admin("GET", path).status, 404);
    EXPECT_EQ(admin("POST", path, R"({"hot": []})").status, 404);
    for (const char* body : {"", "[]", "{}", R"({"hot": [1]})", R"({"hot": ["x"]})", R"({"hot": {}})"})
        EXPECT_EQ(code_of(admin("POST", path, body)), "json-malformed") << body;
    EXPECT_EQ(code_of(admin("GET", path + "?from=-1")), "from-malformed");
}

TEST_F(Upload, StrangersAreTurnedAwayBeforeTheySendAnything)
{
    const auto path = "/api/v1/store/packs/" + sha256(as_bytes("x")).hex();
    auto client = connect();
    client.send(fmt::format("PUT {} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n"
                            "Expect: 100-continue\r\n\r\n",
                            path));
    EXPECT_EQ(client.receive().status, 401);
    EXPECT_FALSE(std::filesystem::exists(store() / "incoming"));
    auto admin_client = connect();
    admin_client.send(
        fmt::format("PUT {} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nAuthorization: Bearer {}\r\n"
                    "Expect: 100-continue\r\n\r\n",
                    path, token_));
    EXPECT_EQ(admin_client.receive().status, 100);
    admin_client.send("x");
    EXPECT_EQ(code_of(admin_client.receive()), "pack-malformed");

    EXPECT_EQ(admin("PUT", path, "", {{"Transfer-Encoding", "chunked"}}).status, 411);
    EXPECT_EQ(admin("PUT", path, "", {{"Content-Length", "99999999999"}}).status, 413);
    for (const char* method : {"GET", "POST"})
        EXPECT_EQ(request(method, "/api/v1/store/images/" + sha256(as_bytes("x")).hex()).status, 401);
}

TEST_F(Upload, AnotherWriterIsWaitedFor)
{
    image_.resize(1 << 20);
    const auto image = publish();
    std::optional<rootfs::StoreWriter> other(*rootfs::StoreWriter::open(store()));
    const auto answer = admin("PUT", "/api/v1/store/files/" + sha256(as_bytes("x")).hex(), "x");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(code_of(answer), "store-busy");
    EXPECT_EQ(answer.headers.at("retry-after"), "10");
    copy_while_busy(image, other);
}

/// Another program that begins to write when all packs have been sent.
TEST_F(Upload, AnotherWriterIsWaitedForAtTheEndToo)
{
    image_.resize(1 << 20);
    const auto image = publish();
    copy(image);
    ASSERT_TRUE(std::filesystem::remove(rootfs::Store::open(store())->locator(image)));
    std::optional<rootfs::StoreWriter> other(*rootfs::StoreWriter::open(store()));
    copy_while_busy(image, other);
}
