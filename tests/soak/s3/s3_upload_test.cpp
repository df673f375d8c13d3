#include "tests/integration/rootfs/rounds.hpp"
#include "tests/soak/s3/s3_store.hpp"

#include <csignal>
#include <random>
#include <set>
#include <thread>

using namespace farboot;
using namespace farboot::test;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

namespace
{

constexpr std::size_t megabyte = 1 << 20;

} // namespace

class S3Upload : public S3Store
{
};

TEST_F(S3Upload, GoesWholeIntoABucketAndIsReadFromThere)
{
    const auto manifest = publish("desktop", "", 80 * megabyte, 1);
    open_to_all();
    const auto said = good(copy({"--record", path("desktop.dsse")}));
    EXPECT_THAT(said, AllOf(HasSubstr("boot/desktop"), HasSubstr(url())));
    EXPECT_THAT(said, Not(HasSubstr(cluster_->key().secret_key)));
    const NbdServer reader(folder_.path / "nbd", reader_of("desktop"));
    expect_reads(reader, "desktop");
    std::set<std::string> local;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path("mine") + "/v1"))
        if (entry.is_regular_file())
            local.insert("farboot/" + entry.path().lexically_relative(path("mine")).string());
    const auto there = cluster_->list(bucket_, "");
    EXPECT_EQ(std::set<std::string>(there.begin(), there.end()), local) << "file by file, kernels too";
    EXPECT_EQ(cluster_->ask("GET", "/" + bucket_ + "/farboot/v1/locators/" + manifest).status, 200);
    EXPECT_EQ(cluster_->ask("GET", "/" + bucket_ + "?list-type=2").status, 403) << "who may read may not look around";

    EXPECT_THAT(good(copy({"--record", path("desktop.dsse")})), HasSubstr("  0 B copied"));
    // A pack that is gone, or half one, is sent again; the others are not.
    const auto packs = cluster_->list(bucket_, "farboot/v1/packs/");
    ASSERT_GT(packs.size(), 2U);
    ASSERT_EQ(cluster_->send("DELETE", "/" + bucket_ + "/" + packs[0]).status, 204);
    ASSERT_EQ(cluster_->send("PUT", "/" + bucket_ + "/" + packs[1], {}, "half").status, 200);
    EXPECT_THAT(good(copy({manifest, "--json"})), HasSubstr("\"new_packs\": 2"));
    const NbdServer again(folder_.path / "nbd-again", reader_of("desktop"));
    expect_reads(again, "desktop");
}

TEST_F(S3Upload, ANewVersionSendsWhatIsNew)
{
    publish("desktop", "", 40 * megabyte, 1);
    good(copy({"--record", path("desktop.dsse")}));
    auto image = read_whole(path("desktop"));
    image.replace(20 * megabyte, 5, "hello");
    write_whole(path("desktop2"), image);
    const auto published =
        good({"publish", "gui", "--store", path("mine"), "--series", "second", "--number", "1", "--title", "T",
              "--image", path("desktop2"), "--key", path("publisher.pem"), "-o", path("second.dsse")});
    open_to_all();
    EXPECT_THAT(good(copy({"--record", path("second.dsse")})), Not(HasSubstr("MB copied"))) << "hundreds of kB";
    const NbdServer reader(folder_.path / "nbd", reader_of("second"));
    expect_reads(reader, "desktop2");
}

TEST_F(S3Upload, KilledAtAnyInstantGoesOnAndShowsNothingHalf)
{
    const auto seed = setting("FARBOOT_SEED", std::random_device()());
    RecordProperty("seed", std::to_string(seed));
    std::printf("FARBOOT_SEED=%llu\n", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    const auto manifest = publish("desktop", "", 100 * megabyte, 7);
    open_to_all();
    const auto locator = "/" + bucket_ + "/farboot/v1/locators/" + manifest;
    auto command = copy({manifest});
    command.insert(command.begin(), FARBOOT_PROGRAM);
    std::uint64_t kills = 0;
    Rounds rounds(10);
    while (rounds.next()) {
        Process upload(command, path("log"));
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 900)); // the instant of the kill
        kills += upload.running() ? 1 : 0;
        upload.send(SIGKILL);
        upload.wait();
        if (cluster_->ask("GET", locator).status != 200)
            continue;
        // Whoever sees the locator finds all that it leads to.
        const NbdServer reader(folder_.path / fmt::format("nbd-{}", rounds.number()), reader_of("desktop"));
        expect_reads(reader, "desktop");
        for (const auto& name : cluster_->list(bucket_, "farboot/"))
            ASSERT_EQ(cluster_->send("DELETE", "/" + bucket_ + "/" + name).status, 204);
    }
    EXPECT_GT(kills, 0U);
    good(copy({manifest}));
    const NbdServer reader(folder_.path / "nbd", reader_of("desktop"));
    expect_reads(reader, "desktop");
}

TEST_F(S3Upload, SaysWhatIsWrong)
{
    const auto manifest = publish("desktop", "", megabyte, 1);
    const auto refused = [&](std::vector<std::string> words, const std::vector<std::string>& before = {}) {
        words.insert(words.begin(), FARBOOT_PROGRAM);
        words.insert(words.begin(), before.begin(), before.end());
        std::string output;
        EXPECT_EQ(run(words, &output), 1) << output;
        EXPECT_THAT(output, Not(HasSubstr(cluster_->key().secret_key)));
        return output;
    };
    const auto with = [&](const std::string& option, const std::string& value) {
        auto words = copy({"--record", path("desktop.dsse")}); // its kernel comes first
        *(std::ranges::find(words, option) + 1) = value;
        return words;
    };
    auto key = cluster_->key();
    key.secret_key += "x";
    EXPECT_THAT(refused(with("--s3-key-file", write_key("wrong", key))), HasSubstr("the secret does not belong"));
    key.access_key = "NOBODY";
    EXPECT_THAT(refused(with("--s3-key-file", write_key("nobody", key))), HasSubstr("does not know the key NOBODY"));
    EXPECT_THAT(refused(with("--to", "s3://no-such-bucket/x")), HasSubstr("there is no such bucket"));
    EXPECT_THAT(refused(with("--s3-endpoint", "https://127.0.0.1:1")), HasSubstr("does not answer"));
    EXPECT_THAT(refused(with("--ca", path("publisher.pem"))), HasSubstr("authorities"));
    EXPECT_THAT(refused(with("--s3-endpoint", cluster_->plain_endpoint()), {"faketime", "-f", "+1h"}),
                HasSubstr("clock"));
    std::filesystem::permissions(path("nobody"), std::filesystem::perms::group_read,
                                 std::filesystem::perm_options::add);
    EXPECT_THAT(refused(with("--s3-key-file", path("nobody"))), HasSubstr("chmod 600"));
    EXPECT_TRUE(cluster_->list(bucket_, "").empty());

    // A pack that was damaged here is not taken there, and nothing leads to it.
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path("mine") + "/v1/packs"))
        if (entry.is_regular_file()) {
            auto bytes = read_whole(entry.path());
            bytes[bytes.size() / 2] ^= 1;
            write_whole(entry.path(), bytes);
        }
    EXPECT_THAT(refused(copy({manifest})), HasSubstr("farboot image verify"));
    EXPECT_TRUE(cluster_->list(bucket_, "").empty());
}
