#include "rootfs/base/digest.hpp"
#include "rootfs/base/encoding.hpp"
#include "tests/integration/server/each_database.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <random>
#include <set>
#include <sys/stat.h>
#include <thread>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;
using testing::HasSubstr;

namespace
{

/// Files that are sent by tus, with the real server and the real `farboot`, and bytes of our own where it would not
/// send such.
class Tus : public EachDatabase
{
protected:
    void SetUp() override
    {
        EachDatabase::SetUp();
        if (IsSkipped() || HasFatalFailure())
            return;
        write_whole(path("token"), token_ + "\n");
        ::chmod(path("token").c_str(), 0600);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path / name).string(); }
    [[nodiscard]] std::filesystem::path part(std::int64_t id) const
    {
        return data() / "uploads" / (std::to_string(id) + ".part");
    }
    /// Of the first upload's; 0 without one.
    [[nodiscard]] std::uint64_t part_bytes() const
    {
        std::error_code error;
        const auto bytes = std::filesystem::file_size(part(1), error);
        return error ? 0 : bytes;
    }
    std::string make_file(const std::string& name, std::size_t bytes, std::uint64_t seed = 1)
    {
        std::mt19937_64 random(seed);
        std::string content;
        content.reserve(bytes + 8);
        while (content.size() < bytes) {
            const auto value = random();
            content.append(reinterpret_cast<const char*>(&value), 8);
        }
        content.resize(bytes);
        write_whole(path(name), content);
        return content;
    }
    [[nodiscard]] std::vector<std::string> farboot_line(std::vector<std::string> words) const
    {
        words.insert(words.begin(), FARBOOT_PROGRAM);
        words.insert(words.end(), {"--server", fmt::format("https://127.0.0.1:{}", port_), "--ca",
                                   (data() / "ca.pem").string(), "--token-file", path("token"), "--json"});
        return words;
    }
    json farboot(const std::vector<std::string>& words)
    {
        std::string output;
        EXPECT_EQ(run(farboot_line(words), &output), 0) << output;
        const auto begin = output.find_first_of("{[");
        return begin == std::string::npos ? json() : json::parse(output.substr(begin), nullptr, false);
    }
    static Headers tus(Headers more = {})
    {
        more.emplace_back("Tus-Resumable", "1.0.0");
        return more;
    }
    std::int64_t begin(std::size_t bytes, const std::string& digest = {})
    {
        auto metadata = "filename " + base64(as_bytes("disk.raw"));
        if (!digest.empty())
            metadata += ",sha256 " + base64(as_bytes(digest));
        const auto made = admin(
            "POST", "/api/v1/uploads", "",
            tus({{"Upload-Length", std::to_string(bytes)}, {"Upload-Metadata", metadata}, {"Content-Length", "0"}}));
        EXPECT_EQ(made.status, 201) << made.body;
        return made.status == 201 ? json::parse(made.body)["id"].get<std::int64_t>() : 0;
    }
    static std::string path_of(std::int64_t id) { return fmt::format("/api/v1/uploads/{}", id); }
    Answer patch(std::int64_t id, std::uint64_t offset, const std::string& bytes)
    {
        return admin(
            "PATCH", path_of(id), bytes,
            tus({{"Upload-Offset", std::to_string(offset)}, {"Content-Type", "application/offset+octet-stream"}}));
    }
    /// A PATCH that promises more than it sends.
    std::unique_ptr<TlsClient> half_patch(std::int64_t id, std::uint64_t promised, const std::string& bytes)
    {
        auto client = std::make_unique<TlsClient>(port_, data() / "ca.pem");
        client->send(request_text("PATCH", path_of(id), "",
                                  tus({{"Upload-Offset", "0"},
                                       {"Content-Type", "application/offset+octet-stream"},
                                       {"Authorization", "Bearer " + token_},
                                       {"Content-Length", std::to_string(promised)}})) +
                     bytes);
        return client;
    }
    std::uint64_t offset(std::int64_t id)
    {
        const auto head = admin("HEAD", path_of(id), "", tus());
        EXPECT_EQ(head.status, 200);
        return head.status == 200 ? std::stoull(head.headers.at("upload-offset")) : 0;
    }
    json seen(std::int64_t id) { return json::parse(admin("GET", path_of(id)).body); }
    bool becomes(std::int64_t id, const std::string& state)
    {
        return eventually([&] { return seen(id)["state"] == state; });
    }
};

FARBOOT_ON_EACH_SERVER(Tus);

using TusOnSqlite = Tus;
INSTANTIATE_TEST_SUITE_P(Alone, TusOnSqlite, testing::Values("sqlite"));

} // namespace

TEST_P(Tus, WhateverIsKilledItGoesOn)
{
    constexpr std::size_t bytes = 300 << 20;
    const auto seed = setting("FARBOOT_SEED", std::random_device{}());
    RecordProperty("seed", std::to_string(seed));
    fmt::print("seed {}\n", seed);
    std::mt19937_64 random(seed);
    const auto digest = sha256(as_bytes(make_file("disk.raw", bytes, seed))).hex();
    std::uint64_t most = 0;
    for (std::uint64_t round = 0; round < setting("FARBOOT_ROUNDS", 6); ++round) {
        Process sending(farboot_line({"upload", "send", path("disk.raw")}), folder_.path / "sending");
        // Once it sends again, after a while that is another one each time.
        const auto before = part_bytes();
        const auto cut_at = before + 1 + random() % (48 << 20);
        EXPECT_TRUE(eventually([&] { return !sending.running() || part_bytes() >= cut_at; }));
        const bool kill_server = round > 0 && random() % 2 == 0; // what it has is told of once its client has gone
        if (kill_server) {
            server_->send(SIGKILL);
            server_->wait();
        }
        sending.send(SIGKILL);
        sending.wait();
        const auto there = part_bytes();
        if (kill_server)
            start();
        const auto uploads = json::parse(admin("GET", "/api/v1/uploads").body)["uploads"];
        if (uploads.empty())
            continue; // killed before it began
        ASSERT_EQ(uploads.size(), 1U) << "seed " << seed << ": the same one is gone on with";
        if (uploads[0]["state"] != "open")
            break;
        if (!kill_server) {
            EXPECT_TRUE(eventually([&] { return offset(1) > most; })) << "seed " << seed;
        }
        const auto told = offset(1);
        if (kill_server) {
            EXPECT_LE(told, there) << "seed " << seed << ", round " << round;
        }
        EXPECT_GE(told, most) << "seed " << seed << ": what was told is kept";
        most = std::max(most, told);
    }
    EXPECT_GT(most, 0U) << "seed " << seed << ": nothing was cut off on its way";
    const auto sent = farboot({"upload", "send", path("disk.raw")});
    EXPECT_EQ(sent["id"], 1);
    EXPECT_EQ(sent["state"], "complete") << "seed " << seed;
    EXPECT_EQ(sent["sha256"], digest);
    EXPECT_EQ(std::filesystem::file_size(data() / "uploads/1"), bytes);
    EXPECT_FALSE(std::filesystem::exists(part(1)));
    EXPECT_EQ(farboot({"upload", "send", path("disk.raw")})["id"], 1) << "what is there is not sent again";

    // And back, with a client that is killed.
    for (int round = 0; round < 3; ++round) {
        Process fetching(farboot_line({"upload", "fetch", "1", "-o", path("back.raw")}), folder_.path / "fetching");
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 600));
        fetching.send(SIGKILL);
        fetching.wait();
    }
    farboot({"upload", "fetch", "1", "-o", path("back.raw")});
    EXPECT_TRUE(read_whole(path("back.raw")) == read_whole(path("disk.raw"))) << "seed " << seed;
    EXPECT_EQ(farboot({"upload", "list"}).size(), 1U);
    farboot({"upload", "remove", "1"});
    EXPECT_TRUE(farboot({"upload", "list"}).empty());
    EXPECT_FALSE(std::filesystem::exists(data() / "uploads/1"));
}

TEST_P(Tus, AWrongDigestIsSaid)
{
    const auto id = begin(4, std::string(64, 'a'));
    EXPECT_EQ(patch(id, 0, "good").status, 204);
    ASSERT_TRUE(becomes(id, "refused"));
    EXPECT_THAT(seen(id)["sentence"].get<std::string>(), HasSubstr(sha256(as_bytes("good")).hex()));
    EXPECT_EQ(admin("HEAD", path_of(id), "", tus()).status, 410);
    EXPECT_TRUE(eventually([&] { return !std::filesystem::exists(part(id)); }));
    EXPECT_FALSE(std::filesystem::exists(data() / "uploads" / std::to_string(id)));
}

TEST_P(Tus, OneRequestSendsAtATimeAtWhicheverServer)
{
    const std::string bytes(3'000'000, 'f');
    const auto id = begin(bytes.size(), sha256(as_bytes(bytes)).hex());
    auto half = half_patch(id, bytes.size(), bytes.substr(0, 1'000'000));
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(part(id)); }));
    std::unique_ptr<Process> first;
    if (on_postgresql()) { // the second one of the same database and folder
        first = std::move(server_);
        port_ = plain_port_ = 0;
        start();
    }
    const auto locked = patch(id, 0, bytes);
    EXPECT_EQ(locked.status, 423) << locked.body;
    EXPECT_EQ(locked.headers.at("tus-resumable"), "1.0.0");
    half.reset(); // its client goes
    std::uint64_t there = 0;
    ASSERT_TRUE(eventually([&] { return (there = offset(id)) > 0; })) << "what has come stays";
    EXPECT_LE(there, 1'000'000U);
    EXPECT_EQ(patch(id, there + 1, "x").status, 409);
    EXPECT_TRUE(eventually([&] { return patch(id, there, bytes.substr(there)).status == 204; }));
    EXPECT_TRUE(becomes(id, "complete")) << seen(id);
}

TEST_P(Tus, ProgressIsToldToWhoWatches)
{
    const auto id = begin(200'000);
    for (int at = 0; at < 200'000; at += 50'000)
        ASSERT_EQ(patch(id, static_cast<std::uint64_t>(at), std::string(50'000, 'x')).status, 204);
    ASSERT_TRUE(becomes(id, "complete"));
    EXPECT_EQ(admin("DELETE", path_of(id), "", tus()).status, 204);
    EXPECT_THAT(events_after("0", "event: upload-removed\n"), HasSubstr("event: upload-removed\n"));
    const auto other = begin(200'000);
    ASSERT_EQ(patch(other, 0, std::string(100'000, 'x')).status, 204);
    EXPECT_THAT(events_after("1", "\"received\":100000"), HasSubstr("\"received\":100000"));
}

TEST_P(TusOnSqlite, AFullDiskIsSaidAndWhatHasComeIsKept)
{
    const auto small = folder_.path / "small";
    std::filesystem::create_directory(small);
    if (run({"/bin/mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs", small.string()}) != 0)
        GTEST_SKIP() << "cannot mount a small file system here";
    const std::shared_ptr<void> unmount(nullptr, [&](void*) {
        server_.reset();
        run({"/bin/umount", small.string()});
    });
    server_->send(SIGTERM);
    server_->wait();
    more_options_ = {"--uploads", small.string()};
    start();
    const auto large =
        admin("POST", "/api/v1/uploads", "", tus({{"Upload-Length", "20000000"}, {"Content-Length", "0"}}));
    EXPECT_EQ(large.status, 503) << large.body;
    EXPECT_THAT(large.body, HasSubstr("disk-full"));
    const std::string bytes(6'000'000, 'f');
    const auto id = begin(bytes.size(), sha256(as_bytes(bytes)).hex());
    EXPECT_EQ(patch(id, 0, bytes.substr(0, 1'000'000)).status, 204);
    run({"/bin/dd", "if=/dev/zero", "of=" + (small / "filler").string(), "bs=64k"}); // ends when the disk is full
    const auto full = patch(id, 1'000'000, bytes.substr(1'000'000));
    EXPECT_EQ(full.status, 503) << full.body;
    EXPECT_THAT(full.body, HasSubstr("disk-full"));
    EXPECT_EQ(request("GET", "/healthz").status, 200);
    std::filesystem::remove(small / "filler");
    const auto there = offset(id);
    EXPECT_GE(there, 1'000'000U);
    EXPECT_EQ(patch(id, there, bytes.substr(there)).status, 204);
    EXPECT_TRUE(becomes(id, "complete")) << seen(id);
}

TEST_P(TusOnSqlite, QuotasAreOfTheServersOptions)
{
    server_->send(SIGTERM);
    server_->wait();
    more_options_ = {"--upload-quota", "1000", "--upload-total", "5000"};
    start();
    make_file("small", 900);
    make_file("large", 1001);
    farboot({"upload", "send", path("small")});
    std::string output;
    EXPECT_EQ(run(farboot_line({"upload", "send", path("large")}), &output), 1);
    EXPECT_THAT(output, HasSubstr("100 bytes more of the 1000"));
    EXPECT_EQ(request("OPTIONS", "/api/v1/uploads").headers.at("tus-max-size"), "5000");
}

TEST_P(TusOnSqlite, AnUploadIsPublishedAsTheFileThatItIs)
{
    make_file("disk.raw", 3 << 20);
    run({FARBOOT_PROGRAM, "key", "new", path("publisher.pem")});
    const auto sent = farboot({"upload", "send", path("disk.raw")});
    std::string output;
    // No policy is there, so that the server takes no record: what is in the store counts.
    run(farboot_line({"publish", "vm", "--store", path("mine"), "--series", "tiny", "--number", "1", "--title", "Tiny",
                      "--image", fmt::format("upload:{}", sent["id"].get<int>()), "--key", path("publisher.pem"), "-o",
                      path("mine.dsse"), "--no-upload"}),
        &output);
    EXPECT_THAT(output, HasSubstr("policy")) << output;
    std::string direct;
    EXPECT_EQ(
        run({FARBOOT_PROGRAM, "publish", "vm", "--store", path("direct"), "--series", "tiny", "--number", "1",
             "--title", "Tiny", "--image", path("disk.raw"), "--key", path("publisher.pem"), "-o", path("direct.dsse")},
            &direct),
        0)
        << direct;
    const auto manifests = [&](const std::string& store) {
        std::set<std::string> names;
        for (const auto& file : std::filesystem::directory_iterator(folder_.path / store / "v1/manifests"))
            names.insert(file.path().filename().string());
        return names;
    };
    EXPECT_EQ(manifests("mine"), manifests("direct"));
    EXPECT_EQ(manifests("mine").size(), 1U);
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path / "mine/incoming")) << "what was fetched is gone";

    write_whole(path("disk.qcow2"), "QFI\xfb" + std::string(100, 'x'));
    const auto other = farboot({"upload", "send", path("disk.qcow2")});
    EXPECT_EQ(run(farboot_line({"publish", "vm", "--store", path("mine"), "--series", "tiny", "--number", "2",
                                "--title", "Tiny", "--image", fmt::format("upload:{}", other["id"].get<int>()), "--key",
                                path("publisher.pem"), "-o", path("other.dsse")}),
                  &output),
              1);
    EXPECT_THAT(output, HasSubstr("qemu-img convert"));
}
