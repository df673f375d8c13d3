#include "rootfs/base/digest.hpp"
#include "rootfs/fetch/http.hpp"
#include "tests/integration/server/server_process.hpp"

#include <random>

using namespace farboot;
using namespace farboot::test;

namespace
{

class Store : public ServerTest
{
protected:
    void SetUp() override
    {
        std::mt19937_64 random(1);
        while (content_.size() < 5'000'003)
            content_ += static_cast<char>(random());
        name_ = sha256(as_bytes(content_)).hex();
        write_whole(store() / "v1/packs" / name_.substr(0, 2) / name_, content_);
        write_whole(store() / "v1/locators" / name_, "one");
        write_whole(store() / "v1/hot" / name_, "warm");
        ServerTest::SetUp();
    }
    [[nodiscard]] std::string pack() const { return "/store/v1/packs/" + name_.substr(0, 2) + "/" + name_; }

    std::string content_;
    std::string name_;
};

} // namespace

TEST_F(Store, WholeFilesAndRangesAreTheFilesBytes)
{
    rootfs::HttpClient client({(data() / "ca.pem").string(), true});
    const auto whole = client.fetch_ok({.url = fmt::format("https://127.0.0.1:{}{}", port_, pack()),
                                        .headers = {},
                                        .body = {},
                                        .range = {},
                                        .max_body = 1 << 24});
    ASSERT_TRUE(whole) << whole.error().sentence;
    EXPECT_TRUE(whole->body == content_);
    std::mt19937_64 random(2);
    for (const bool tls : {true, false})
        for (int i = 0; i < 40; ++i) {
            const auto first = random() % content_.size();
            const auto length = std::min<std::uint64_t>(1 + random() % 300'000, content_.size() - first);
            const auto url =
                fmt::format("{}://127.0.0.1:{}{}", tls ? "https" : "http", tls ? port_ : plain_port_, pack());
            const auto part = client.fetch({.url = url, .headers = {}, .body = {}, .range = std::pair(first, length)});
            ASSERT_TRUE(part) << part.error().sentence;
            EXPECT_EQ(part->status, 206);
            EXPECT_TRUE(part->body == content_.substr(first, length)) << first << " " << length;
        }
}

TEST_F(Store, RangesBehindTheEndGet416)
{
    const auto answer = request("GET", pack(), "", {{"Range", fmt::format("bytes={}-", content_.size())}});
    EXPECT_EQ(answer.status, 416);
    EXPECT_EQ(answer.headers.at("content-range"), fmt::format("bytes */{}", content_.size()));
    const auto last = request("GET", pack(), "", {{"Range", "bytes=-3"}});
    EXPECT_EQ(last.status, 206);
    EXPECT_EQ(last.body, content_.substr(content_.size() - 3));
}

TEST_F(Store, CachesLearnWhatNeverChangesAndWhatMay)
{
    const auto answer = request("HEAD", pack());
    EXPECT_EQ(answer.headers.at("cache-control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(answer.headers.at("content-length"), std::to_string(content_.size()));
    EXPECT_EQ(request("GET", pack(), "", {{"If-None-Match", answer.headers.at("etag")}}).status, 304);
    const auto hot = request("HEAD", "/store/v1/hot/" + name_);
    EXPECT_EQ(hot.status, 200);
    EXPECT_EQ(hot.headers.at("cache-control"), "public, max-age=31536000, immutable");

    const auto path = "/store/v1/locators/" + name_;
    const auto first = request("GET", path);
    EXPECT_EQ(first.body, "one");
    EXPECT_EQ(first.headers.at("cache-control"), "no-cache");
    EXPECT_EQ(request("GET", path, "", {{"If-None-Match", first.headers.at("etag")}}).status, 304);
    write_whole(store() / "v1/locators" / (name_ + ".new"), "two, longer");
    std::filesystem::rename(store() / "v1/locators" / (name_ + ".new"), store() / "v1/locators" / name_);
    const auto second = request("GET", path, "", {{"If-None-Match", first.headers.at("etag")}});
    EXPECT_EQ(second.status, 200);
    EXPECT_EQ(second.body, "two, longer");
    // a range of the old file is not continued with the new one's bytes
    EXPECT_EQ(request("GET", path, "", {{"Range", "bytes=1-"}, {"If-Range", first.headers.at("etag")}}).status, 200);
}

TEST_F(Store, OnlyPacksUnderTheirOwnPrefix)
{
    EXPECT_EQ(request("GET", "/store/v1/packs/zz/" + name_).status, 404);
    EXPECT_EQ(request("GET", "/store/v1/files/" + name_).status, 404);
    EXPECT_EQ(request("PUT", pack(), "x").status, 405);
}
