#include "tests/soak/s3/s3_store.hpp"

#include <nlohmann/json.hpp>

using namespace farboot;
using namespace farboot::test;
using testing::HasSubstr;
using testing::Not;

/// A bucket with two images that share most of their chunks.
class Bucket : public S3Store
{
protected:
    void SetUp() override
    {
        S3Store::SetUp();
        one_ = publish("one", "", 70 << 20, 1);
        two_ = publish("two", "", 40 << 20, 2);
        good(copy({one_, two_}));
        open_to_all();
    }
    [[nodiscard]] std::vector<std::string> bucket(const std::string& command, std::vector<std::string> more = {}) const
    {
        std::vector<std::string> words{"bucket",
                                       command,
                                       "s3://" + bucket_ + "/farboot",
                                       "--s3-endpoint",
                                       cluster_->endpoint(),
                                       "--ca",
                                       path("ca.pem"),
                                       "--s3-key-file",
                                       path("server-key")};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }
    std::string one_;
    std::string two_;
};

TEST_F(Bucket, IsListedAndVerified)
{
    const auto listed = good(bucket("list"));
    EXPECT_THAT(listed, HasSubstr(one_));
    EXPECT_THAT(listed, HasSubstr(two_));
    EXPECT_THAT(good(bucket("verify")), HasSubstr(two_ + "  good"));

    const auto pack = cluster_->list(bucket_, "farboot/v1/packs/").front();
    auto bytes = cluster_->send("GET", "/" + bucket_ + "/" + pack).body;
    bytes[bytes.size() / 2] = static_cast<char>(~bytes[bytes.size() / 2]);
    ASSERT_EQ(cluster_->send("PUT", "/" + bucket_ + "/" + pack, {}, bytes).status, 200);
    std::string output;
    EXPECT_EQ(farboot(bucket("verify"), &output), 1);
    EXPECT_THAT(output, HasSubstr(pack));
    EXPECT_THAT(output, HasSubstr("1 of 2 images"));
    ASSERT_EQ(cluster_->send("DELETE", "/" + bucket_ + "/" + pack).status, 204);
    good(copy({one_, two_}));
    EXPECT_THAT(good(bucket("verify", {one_, two_})), Not(HasSubstr("altered")));
}

TEST_F(Bucket, IsFreedOfWhatNoImageNeedsAfterSomeDays)
{
    const auto all = cluster_->list(bucket_, "farboot/v1/");
    const auto list = [&] { return cluster_->send("GET", "/" + bucket_ + "/farboot/retired.json").body; };
    const NbdServer running(folder_.path / "running", reader_of("one"));
    EXPECT_THAT(good(bucket("remove", {one_})), HasSubstr("removed"));
    EXPECT_THAT(good(bucket("list")), Not(HasSubstr(one_)));
    EXPECT_THAT(good(bucket("remove", {one_})), HasSubstr("was not there"));
    std::string output;
    EXPECT_EQ(farboot(bucket("verify", {one_}), &output), 1);
    EXPECT_THAT(output, HasSubstr("It was removed"));

    const auto removed = list();
    EXPECT_THAT(good(bucket("clean", {"--dry-run"})), HasSubstr("in 5 files wait"));
    EXPECT_EQ(list(), removed);
    EXPECT_THAT(good(bucket("clean")), HasSubstr("0 B freed"));
    EXPECT_EQ(cluster_->ask("GET", "/" + bucket_ + "/farboot/retired.json").status, 403) << "is nobody's business";
    EXPECT_EQ(cluster_->list(bucket_, "farboot/v1/"), all);
    expect_reads(running, "one");
    const NbdServer started(folder_.path / "started", reader_of("one"));
    expect_reads(started, "one");
    // What is needed again leaves the list, and was sent again: somebody may have been about to delete it.
    EXPECT_THAT(good(copy({one_, "--json"})), HasSubstr("\"new_packs\": 3"));
    EXPECT_THAT(good(bucket("list")), HasSubstr(one_));
    EXPECT_THAT(good(bucket("clean", {"--keep-days", "0"})), HasSubstr("0 B freed, 0 B in 0 files wait"));
    const NbdServer whole(folder_.path / "nbd", reader_of("one"));
    expect_reads(whole, "one");

    good(bucket("remove", {one_}));
    const auto cleaned = nlohmann::json::parse(good(bucket("clean", {"--keep-days", "0", "--json"})));
    ASSERT_EQ(cleaned["deleted"].size(), 5U);
    EXPECT_EQ(cleaned["deleted"][0]["path"], "v1/locators/" + one_) << "nothing leads to what goes after it";
    EXPECT_EQ(cluster_->ask("GET", "/" + bucket_ + "/farboot/v1/locators/" + one_).status, 403);
    EXPECT_LT(cluster_->list(bucket_, "farboot/v1/packs/").size(), 3U);
    const NbdServer other(folder_.path / "nbd2", reader_of("two"));
    expect_reads(other, "two");
    EXPECT_THAT(good(bucket("verify")), HasSubstr(two_ + "  good"));
}

TEST_F(Bucket, IsRidOfAnImageAtOnceWhereThatIsAsked)
{
    good(bucket("remove", {one_, "--now"}));
    EXPECT_EQ(cluster_->ask("GET", "/" + bucket_ + "/farboot/v1/locators/" + one_).status, 403);
    EXPECT_EQ(cluster_->ask("GET", "/" + bucket_ + "/farboot/v1/manifests/" + one_).status, 403);
    EXPECT_THAT(good(bucket("remove", {one_, "--now"})), HasSubstr("was not there"));
    EXPECT_THAT(good(bucket("clean")), HasSubstr("in 3 files wait"));
}

TEST_F(Bucket, IsNotCleanedWhileAnImageCannotBeRead)
{
    good(bucket("remove", {one_}));
    const auto locator = "/" + bucket_ + "/farboot/v1/locators/" + two_;
    ASSERT_EQ(cluster_->send("PUT", locator, {}, "damaged").status, 200);
    std::string output;
    EXPECT_EQ(farboot(bucket("clean", {"--keep-days", "0"}), &output), 1);
    EXPECT_THAT(output, HasSubstr("nothing is deleted"));
    EXPECT_EQ(cluster_->list(bucket_, "farboot/v1/packs/").size(), 5U);
}
