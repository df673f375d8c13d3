#include "rootfs/image/local_image.hpp"
#include "rootfs/image/pack_writer.hpp"
#include "rootfs/image/publisher.hpp"
#include "rootfs/image/trace.hpp"
#include "rootfs/record/policy.hpp"
#include "tests/integration/rootfs/nbd_server.hpp"
#include "tests/integration/rootfs/rounds.hpp"
#include "tests/integration/server/server_process.hpp"
#include "tests/unit/server/catalog/signers.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <random>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;
using testing::HasSubstr;

namespace
{

/// A publisher with a store of his own, the real `farboot`, and a server on whose machine he has no files.
class Upload : public ServerTest
{
protected:
    void SetUp() override
    {
        ServerTest::SetUp();
        write_whole(token_file(), token_ + "\n");
        std::filesystem::permissions(token_file(), std::filesystem::perms::owner_read);
        fill_image(1, image_bytes);
    }
    void fill_image(std::uint64_t seed, std::size_t bytes)
    {
        std::mt19937_64 random(seed);
        image_.clear();
        for (std::size_t i = 0; i < bytes / 8; ++i) {
            const auto value = random();
            image_.append(reinterpret_cast<const char*>(&value), 8);
        }
    }

    [[nodiscard]] std::filesystem::path token_file() const { return folder_.path / "token"; }
    [[nodiscard]] std::filesystem::path mine() const { return folder_.path / "mine"; }
    [[nodiscard]] std::string url() const { return fmt::format("https://127.0.0.1:{}", port_); }

    /// Publishes image_ into the publisher's own store; gives the image's digest.
    Digest publish()
    {
        auto writer = rootfs::StoreWriter::open(mine());
        EXPECT_TRUE(writer) << writer.error().sentence;
        return publish(*writer, image_, {.zstd_level = 1});
    }
    /// The same in packs of a megabyte: many, of few bytes. Each holds what another image has already.
    Digest publish_in_small_packs()
    {
        auto writer = rootfs::StoreWriter::open(mine());
        EXPECT_TRUE(writer) << writer.error().sentence;
        const rootfs::PublishOptions options{.chunking = rootfs::Chunking::fixed, .zstd_level = 1};
        for (std::size_t at = 0; at < image_.size(); at += small_pack_bytes)
            publish(*writer, image_.substr(at, small_pack_bytes), options);
        return publish(*writer, image_, options);
    }
    Digest publish(rootfs::StoreWriter& writer, const std::string& image, const rootfs::PublishOptions& options)
    {
        write_whole(folder_.path / "image", image);
        const auto published = rootfs::publish_image(writer, folder_.path / "image", options);
        EXPECT_TRUE(published) << published.error().sentence;
        return published->ref.manifest;
    }
    /// Publishes another image in small packs, and removes this one from the server's store, while it runs.
    void replace(Digest& image, std::uint64_t seed)
    {
        std::string output;
        EXPECT_EQ(run({FARBOOT_PROGRAM, "image", "remove", image.hex(), "--store", store().string()}, &output), 0)
            << output;
        EXPECT_EQ(run({FARBOOT_PROGRAM, "image", "clean", "--store", store().string(), "--keep-days", "0"}, &output), 0)
            << output;
        EXPECT_EQ(packs(), 0U);
        std::filesystem::remove_all(mine());
        fill_image(seed, image_.size());
        image = publish_in_small_packs();
    }
    /// A reader's parameters for this image in the server's store.
    [[nodiscard]] std::vector<std::string> reader_of(const Digest& image) const
    {
        const auto key = rootfs::SigningKey::generate();
        const auto id = key.public_key().id();
        rootfs::Policy policy;
        policy.header = {{"policy", "policy"}, 1};
        policy.keys[id] = {key.public_key(), "test"};
        policy.roles = {{{"vm", "policy"}, {"*"}, 1, {id}}};
        rootfs::VmRecord record;
        record.header = {{"vm", "tiny"}, 1};
        record.title = "Tiny";
        record.image = *rootfs::Store::open(store())->image(image);
        record.machine.os = "http://debian.org/debian/12";
        const auto sign = [&](const std::string& type, const std::string& payload) {
            rootfs::Envelope envelope{rootfs::payload_type_of(type), payload, {}};
            envelope.sign(key);
            const auto file = folder_.path / (type + ".dsse");
            write_whole(file, envelope.to_json());
            return file.string();
        };
        return {"policy=" + sign("policy", policy.to_json()), "record=" + sign("vm", record.to_json()),
                "ca=" + (data() / "ca.pem").string(), "source=" + url() + "/store"};
    }
    [[nodiscard]] std::vector<std::string> copy_command(const Digest& image) const
    {
        return {FARBOOT_PROGRAM, "image",
                "copy",          image.hex(),
                "--store",       mine().string(),
                "--to",          url(),
                "--ca",          (data() / "ca.pem").string(),
                "--token-file",  token_file().string(),
                "--json"};
    }
    json copy(const Digest& image)
    {
        std::string output;
        const int code = run(copy_command(image), &output);
        EXPECT_EQ(code, 0) << output;
        const auto begin = output.find('[');
        return code == 0 && begin != std::string::npos ? json::parse(output.substr(begin))[0] : json();
    }
    /// Is the image in the server's store what it is in ours, down to its last byte?
    void expect_there(const Digest& digest)
    {
        const auto there = rootfs::Store::open(store());
        ASSERT_TRUE(there) << there.error().sentence;
        const auto image = rootfs::LocalImage::open(*there, digest);
        ASSERT_TRUE(image) << image.error().sentence;
        std::string all(image->manifest().image_bytes(), '\0');
        const auto read = image->read(
            [&](const rootfs::ChunkRef& chunk, Bytes plain) -> Result<void> {
                std::memcpy(all.data() + chunk.offset, plain.data(), plain.size());
                return {};
            },
            2);
        ASSERT_TRUE(read) << read.error().sentence;
        EXPECT_TRUE(all == image_);
    }
    [[nodiscard]] std::size_t left() const
    {
        std::error_code error;
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(store() / "incoming", error), {}));
    }
    [[nodiscard]] std::size_t packs() const
    {
        const auto there = rootfs::Store::open(store());
        return there ? there->packs().size() : 0;
    }
    static std::string code_of(const Answer& answer)
    {
        return json::parse(answer.body, nullptr, false).value("/error/code"_json_pointer, "");
    }

    static constexpr std::size_t image_bytes = 80 << 20; // three packs
    static constexpr std::size_t small_pack_bytes = 1 << 20;
    std::string image_;
};

} // namespace

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
TEST_F(Upload, AKilledUploadGoesOnWhereItWas)
{
    const auto seed = setting("FARBOOT_SEED", std::random_device{}());
    std::cout << "FARBOOT_SEED=" << seed << "\n";
    std::mt19937_64 random(seed);
    fill_image(random(), 8 * small_pack_bytes); // twice as many as are sent at a time
    auto image = publish_in_small_packs();
    {
        Process upload(copy_command(image), folder_.path / "upload.log");
        ASSERT_TRUE(eventually([&] { return packs() > 0; }));
        upload.send(SIGKILL);
        upload.wait();
    }
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_LT(copy(image)["copied_bytes"], image_.size());
    const auto nearly_whole = std::chrono::steady_clock::now() - begun;
    std::uint64_t killed = 0;
    Rounds rounds(25);
    while (rounds.next()) {
        SCOPED_TRACE(testing::Message() << "FARBOOT_SEED=" << seed << ", round " << rounds.number());
        Process upload(copy_command(image), folder_.path / "upload.log");
        std::this_thread::sleep_for(nearly_whole * (random() % 100) / 100); // at a random instant
        killed += upload.running() ? 1 : 0;
        if (random() % 4 == 0) {
            server_->send(SIGKILL);
            server_->wait();
            start(); // on the same port: the client waits for it
        } else {
            upload.send(SIGKILL);
        }
        if (upload.wait() != 0)
            continue;
        expect_there(image);
        replace(image, random());
        ASSERT_FALSE(HasFailure());
    }
    if (rounds.count() >= 100) { // a few may all come too late
        EXPECT_GT(10 * killed, rounds.count()) << "hardly any was on its way";
    }
    copy(image);
    expect_there(image);
    // What killed servers had half received goes a day later, when one starts.
    for (const auto& file : std::filesystem::directory_iterator(store() / "incoming"))
        std::filesystem::last_write_time(file, file.last_write_time() - std::chrono::hours(25));
    server_->send(SIGTERM);
    server_->wait();
    start();
    EXPECT_TRUE(eventually([&] { return left() == 0; })) << "of broken uploads something remains";
}

/// An image is none before its locator is there: what is cleaned up on the way is sent again.
TEST_F(Upload, AStoreThatIsCleanedUpMeanwhileGetsItAll)
{
    fill_image(1, 30 * small_pack_bytes);
    const auto image = publish_in_small_packs();
    Process upload(copy_command(image), folder_.path / "upload.log");
    ASSERT_TRUE(eventually([&] { return packs() > 0; }));
    upload.send(SIGSTOP);
    ASSERT_FALSE(std::filesystem::exists(rootfs::Store::open(store())->locator(image))) << "30 packs were sent";
    std::string output;
    const auto clean = [&] {
        return run({FARBOOT_PROGRAM, "image", "clean", "--store", store().string(), "--keep-days", "0"}, &output) == 0;
    };
    EXPECT_TRUE(eventually(clean)) << output; // not while the server puts a pack there
    EXPECT_FALSE(std::filesystem::exists(rootfs::Store::open(store())->manifest(image)));
    EXPECT_THAT(output, HasSubstr("v1/packs/"));
    upload.send(SIGCONT);
    EXPECT_EQ(upload.wait(), 0) << read_whole(folder_.path / "upload.log");
    expect_there(image);
}

TEST_F(Upload, AKilledServerIsWaitedFor)
{
    const auto image = publish();
    Process upload(copy_command(image), folder_.path / "upload.log");
    ASSERT_TRUE(eventually([&] { return left() > 0; }));
    server_->send(SIGKILL);
    server_->wait();
    ASSERT_TRUE(
        eventually([&] { return read_whole(folder_.path / "upload.log").find("Next try in") != std::string::npos; }));
    start(); // on the same port
    EXPECT_EQ(upload.wait(), 0) << read_whole(folder_.path / "upload.log");
    expect_there(image);
}

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
    Process upload(copy_command(image), folder_.path / "upload.log");
    ASSERT_TRUE(
        eventually([&] { return read_whole(folder_.path / "upload.log").find("Next try in") != std::string::npos; }));
    other.reset();
    EXPECT_EQ(upload.wait(), 0) << read_whole(folder_.path / "upload.log");
    expect_there(image);
}
