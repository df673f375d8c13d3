#include "tests/integration/server/each_database.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <csignal>
#include <random>
#include <set>
#include <thread>

using namespace farboot::test;
using nlohmann::json;
using testing::HasSubstr;
using testing::IsSubsetOf;

namespace
{

/// What was acknowledged stays, whatever happens to the server, its database and its disk.
class Durable : public EachDatabase
{
protected:
    int make(const std::string& name, std::string* body = nullptr)
    {
        const auto answer = admin("POST", "/api/v1/locations", json{{"name", {{"en", name}}}}.dump());
        if (body)
            *body = answer.body;
        if (answer.status == 201)
            acknowledged_.insert(name);
        return answer.status;
    }
    std::set<std::string> there()
    {
        std::set<std::string> names;
        const auto answer = admin("GET", "/api/v1/locations");
        EXPECT_EQ(answer.status, 200) << answer.body;
        const auto body = json::parse(answer.body);
        for (const auto& location : body["locations"])
            names.insert(location["name"]["en"]);
        return names;
    }
    /// Makes locations until it is told to stop or there is no server any more.
    std::jthread writer(const std::string& prefix)
    {
        return std::jthread([this, prefix](const std::stop_token& stop) {
            try {
                for (int i = 0; !stop.stop_requested(); ++i) {
                    if (make(fmt::format("{}-{}", prefix, i)) != 201)
                        return;
                    ++written_;
                }
            } catch (const std::exception&) { // no connection: the server was killed
            }
        });
    }
    void wait_for_writes(int more)
    {
        const int wanted = written_ + more;
        ASSERT_TRUE(eventually([&] { return written_ >= wanted; }));
    }

    std::set<std::string> acknowledged_; ///< the writer's as long as it runs
    std::atomic<int> written_ = 0;
};

FARBOOT_ON_EACH_SERVER(Durable);

using Sqlite = Durable;
INSTANTIATE_TEST_SUITE_P(Alone, Sqlite, testing::Values("sqlite"));

} // namespace

TEST_P(Durable, NothingAcknowledgedIsLostWhenTheServerIsKilled)
{
    const auto seed = setting("FARBOOT_SEED", std::random_device{}());
    RecordProperty("seed", std::to_string(seed));
    std::mt19937_64 random(seed);
    for (std::uint64_t round = 0; round < setting("FARBOOT_ROUNDS", 4); ++round) {
        auto writing = writer(fmt::format("round-{}", round));
        wait_for_writes(static_cast<int>(1 + random() % 12));
        server_->send(SIGKILL);
        server_->wait();
        writing.join();
        start();
        const auto kept = there();
        EXPECT_THAT(acknowledged_, IsSubsetOf(kept)) << "seed " << seed << ", round " << round;
        EXPECT_LE(kept.size(), acknowledged_.size() + 1) << "more than the one that was on its way";
        acknowledged_ = kept;
    }
}

TEST_P(Durable, ABackupUnderWritesHasAllThatWasThereBefore)
{
    const auto archive = (folder_.path / "backup.tar.gz").string();
    auto writing = writer("before");
    wait_for_writes(5);
    const int before = written_;
    std::string output;
    ASSERT_EQ(command({"backup", archive}, &output), 0) << output;
    wait_for_writes(1);
    writing.request_stop();
    writing.join();
    EXPECT_NE(command({"backup", archive}, &output), 0);
    EXPECT_THAT(output, HasSubstr("is there already"));
    EXPECT_NE(command({"restore", archive}, &output), 0);
    EXPECT_THAT(output, HasSubstr("is not empty"));
    EXPECT_EQ(std::filesystem::status(archive).permissions(), std::filesystem::perms(0600));

    server_->send(SIGTERM);
    server_->wait();
    const auto authority = read_whole(data() / "ca.pem");
    std::filesystem::rename(data(), folder_.path / "lost");
    std::vector<std::string> words{"restore", archive};
    if (on_postgresql()) {
        EXPECT_NE(command(words, &output), 0);
        EXPECT_THAT(output, HasSubstr("--database"));
        words.insert(words.end(), {"--database", fresh_postgresql_url()});
    }
    ASSERT_EQ(command(words, &output), 0) << output;
    EXPECT_EQ(read_whole(data() / "ca.pem"), authority);
    EXPECT_EQ(std::filesystem::status(data() / "ca.key").permissions(), std::filesystem::perms(0600));
    start();
    const auto restored = there();
    EXPECT_GE(restored.size(), static_cast<std::size_t>(before));
    for (int i = 0; i < before; ++i)
        EXPECT_TRUE(restored.contains(fmt::format("before-{}", i))) << i;
    EXPECT_THAT(restored, IsSubsetOf(acknowledged_));
    EXPECT_EQ(make("after"), 201);
}

TEST_P(Durable, ABackupOfANewerSchemaIsRefused)
{
    const auto archive = (folder_.path / "backup.tar").string();
    std::string output;
    ASSERT_EQ(command({"backup", archive}, &output), 0) << output;
    const auto tree = folder_.path / "tree";
    std::filesystem::create_directory(tree);
    ASSERT_EQ(run({"/bin/tar", "-xf", archive, "-C", tree.string()}), 0);
    auto sheet = json::parse(read_whole(tree / "backup.json"));
    sheet["schema"] = 1000;
    write_whole(tree / "backup.json", sheet.dump());
    std::filesystem::remove(archive);
    ASSERT_EQ(run({"/bin/tar", "-cf", archive, "-C", tree.string(), "."}), 0);
    std::filesystem::rename(data(), folder_.path / "old");
    EXPECT_NE(command({"restore", archive}, &output), 0);
    EXPECT_THAT(output, HasSubstr("has schema 1000"));
    EXPECT_FALSE(std::filesystem::exists(data()));
}

TEST_P(Sqlite, AFullDiskIsSaidAndChangesNothing)
{
    server_->send(SIGTERM);
    server_->wait();
    const auto kept = folder_.path / "kept";
    std::filesystem::rename(data(), kept);
    std::filesystem::create_directory(data());
    if (run({"/bin/mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs", data().string()}) != 0)
        GTEST_SKIP() << "cannot mount a small file system here";
    const std::shared_ptr<void> unmount(nullptr, [&](void*) {
        server_.reset();
        run({"/bin/umount", data().string()});
    });
    std::filesystem::copy(kept, data(), std::filesystem::copy_options::recursive);
    start();
    ASSERT_EQ(make("first"), 201);
    run({"/bin/dd", "if=/dev/zero", "of=" + (data() / "filler").string(), "bs=64k"}); // ends when the disk is full
    std::string body;
    int status = 201;
    for (int i = 0; status == 201 && i < 5000; ++i)
        status = make(fmt::format("more-{}", i), &body);
    EXPECT_EQ(status, 503) << body;
    EXPECT_THAT(body, HasSubstr("disk-full"));
    EXPECT_EQ(there(), acknowledged_);
    EXPECT_EQ(request("GET", "/healthz").status, 200);
    std::filesystem::remove(data() / "filler");
    EXPECT_EQ(make("last"), 201) << log();
    EXPECT_EQ(there(), acknowledged_);
}

TEST_P(Durable, ADatabaseMayGoAndComeBack)
{
    if (!on_postgresql())
        GTEST_SKIP() << "a file does not go";
    ASSERT_EQ(make("before"), 201);
    PostgreSql::instance()->stop();
    const auto away = request("GET", "/healthz");
    EXPECT_EQ(away.status, 503);
    EXPECT_THAT(away.body, HasSubstr("database-away"));
    EXPECT_EQ(away.headers.at("retry-after"), "10");
    EXPECT_EQ(admin("GET", "/api/v1/locations").status, 503);
    PostgreSql::instance()->start();
    EXPECT_TRUE(eventually([&] { return request("GET", "/healthz").status == 200; }));
    EXPECT_EQ(make("after"), 201);
    EXPECT_EQ(there(), acknowledged_);
}

TEST_P(Durable, TwoServersOfOneDatabaseAreOne)
{
    if (!on_postgresql())
        GTEST_SKIP() << "a file has one server";
    const auto first_port = port_;
    const auto first = std::move(server_);
    port_ = plain_port_ = 0;
    start(); // of the same data folder: the keys are the same, as they must be
    const auto second_port = port_;
    const auto at = [&](std::uint16_t port) { port_ = port; };

    at(first_port);
    ASSERT_EQ(make("by the first"), 201);
    at(second_port);
    EXPECT_EQ(there(), acknowledged_);
    ASSERT_EQ(make("by the second"), 201);
    const auto entry =
        admin("POST", "/api/v1/entries", R"({"kind": "system", "record": "boot/debian", "title": {"en": "Debian"}})");
    ASSERT_EQ(entry.status, 201);
    at(first_port);
    EXPECT_EQ(there(), acknowledged_);
    const auto seen = admin("GET", "/api/v1/entries/1");
    EXPECT_EQ(seen.status, 200);
    EXPECT_EQ(admin("PUT", "/api/v1/entries/1",
                    R"({"kind": "system", "record": "boot/debian", "title": {"en": "Changed"}})",
                    {{"If-Match", seen.headers.at("etag")}})
                  .status,
              200);
    at(second_port);
    EXPECT_EQ(admin("DELETE", "/api/v1/entries/1", "", {{"If-Match", seen.headers.at("etag")}}).status, 412);
    const auto hello = request("POST", "/api/v1/pc/hello", R"({"mac": "52:54:00:12:34:56"})");
    ASSERT_EQ(hello.status, 200);
    const Headers session{{"Farboot-Pc", json::parse(hello.body)["session"]}};
    at(first_port);
    EXPECT_EQ(request("POST", "/api/v1/pc/report", R"({"state": "preboot"})", session).status, 200);
    const auto menu = [&] { return json::parse(request("GET", "/api/v1/menu?for=preboot").body)["revision"]; };
    const auto revision = menu();
    at(second_port);
    EXPECT_EQ(menu(), revision);
}
