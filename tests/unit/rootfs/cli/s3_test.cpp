#include "tests/unit/rootfs/cli/program.hpp"
#include "tests/unit/rootfs/fetch/tls_server.hpp"

#include <algorithm>
#include <map>
#include <mutex>

namespace farboot::rootfs
{
namespace
{

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing_fetch::Authority;
using testing_fetch::TlsServer;

/// `farboot image copy --to s3://…` against what stands for an S3 store here; tests/soak/s3 does it with a real one.
class S3Command : public CliTest
{
protected:
    void SetUp() override
    {
        CliTest::SetUp();
        make_keys();
        put("ca.pem", authority_.certificate());
        put("key", "aws_access_key_id = AKID\naws_secret_access_key = the-secret\n");
        std::filesystem::permissions(folder_ / "key", std::filesystem::perms(0600));
        put("image", noise(3'000'000));
        put("vmlinuz", noise(10'000));
        good({"publish", "boot", "--store", "store", "--series", "sample", "--number", "1", "--title", "T", "--image",
              "image", "--kernel", "vmlinuz", "--key", "publisher.pem", "-o", "record.dsse"});
    }
    void answer(TlsServer::Peer& peer, const std::string& request)
    {
        const std::lock_guard lock(mutex_);
        const auto method = request.substr(0, request.find(' '));
        const auto path = request.substr(method.size() + 1, request.find(' ', method.size() + 1) - method.size() - 1);
        heads_.push_back(request.substr(0, request.find("\r\n\r\n")));
        const auto fails = !failures_.empty() && (method == "PUT") == (failures_.front().second == "SlowDown");
        if (fails && method == "HEAD") {
            peer.send("HTTP/1.1 " + failures_.front().first + "\r\nContent-Length: 0\r\n\r\n");
            return;
        }
        if (fails) {
            peer.answer(failures_.front().first,
                        "<Error><Code>" + failures_.front().second + "</Code><Message>M</Message></Error>");
            failures_.erase(failures_.begin());
            return;
        }
        if (method == "PUT") {
            objects_[path] = request.substr(request.find("\r\n\r\n") + 4);
            peer.answer("200 OK", "");
        } else if (!objects_.contains(path)) {
            method == "HEAD" ? peer.send("HTTP/1.1 404 Not Found\r\nContent-Length: 99\r\n\r\n")
                             : peer.answer("404 Not Found", "<Error><Code>NoSuchKey</Code></Error>");
        } else if (method == "HEAD") {
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(objects_[path].size()) + "\r\n\r\n");
        } else {
            peer.answer("200 OK", objects_[path]);
        }
    }
    Outcome copy(const std::vector<std::string>& more = {})
    {
        std::vector<std::string> words{"image",         "copy",
                                       "--record",      "record.dsse",
                                       "--store",       "store",
                                       "--to",          "s3://images/farboot",
                                       "--s3-endpoint", "https://127.0.0.1:" + std::to_string(server_.port()),
                                       "--ca",          "ca.pem",
                                       "--s3-key-file", "key"};
        words.insert(words.end(), more.begin(), more.end());
        return run(words);
    }
    std::string refused_with(const std::string& status, const std::string& code)
    {
        {
            const std::lock_guard lock(mutex_);
            failures_ = {{status, code}};
            objects_.clear();
        }
        const auto outcome = copy();
        EXPECT_EQ(outcome.code, 1);
        EXPECT_TRUE(objects_.empty());
        EXPECT_THAT(outcome.err, Not(HasSubstr("the-secret")));
        return outcome.err;
    }
    std::vector<std::string> puts()
    {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> list;
        for (const auto& head : heads_)
            if (head.starts_with("PUT "))
                list.push_back(head);
        return list;
    }

    std::mutex mutex_;
    std::vector<std::string> heads_;
    std::map<std::string, std::string> objects_;
    std::vector<std::pair<std::string, std::string>> failures_; ///< status and code, each given once
    Authority authority_;
    testing_fetch::Identity identity_ = authority_.issue();
    TlsServer server_{&identity_, [this](TlsServer::Peer& peer, const std::string& request) { answer(peer, request); }};
};

TEST_F(S3Command, FilesKeepTheirNamesAndTheLocatorComesLast)
{
    const auto first = copy();
    ASSERT_EQ(first.code, 0) << first.err;
    EXPECT_THAT(first.err, HasSubstr("/images/farboot, a --source of farboot-server"));
    const auto sent = puts();
    ASSERT_GE(sent.size(), 4U); // kernel, pack, manifest, locator
    EXPECT_THAT(sent.front(), StartsWith("PUT /images/farboot/v1/files/"));
    EXPECT_THAT(sent[1], StartsWith("PUT /images/farboot/v1/packs/"));
    EXPECT_THAT(sent[sent.size() - 2], StartsWith("PUT /images/farboot/v1/manifests/"));
    EXPECT_THAT(sent.back(),
                AllOf(StartsWith("PUT /images/farboot/v1/locators/"), HasSubstr("Cache-Control: no-cache")));
    EXPECT_THAT(sent[1], AllOf(HasSubstr("Cache-Control: public, max-age=31536000, immutable"),
                               HasSubstr("Authorization: AWS4-HMAC-SHA256 Credential=AKID/")));
    for (const auto& [path, bytes] : objects_)
        EXPECT_EQ(bytes, get("store" + path.substr(std::string("/images/farboot").size()))) << path;

    EXPECT_EQ(copy().out, "boot/sample  0 B copied\n");
    EXPECT_EQ(puts().size(), sent.size()) << "what is there is not sent again";
}

TEST_F(S3Command, TriesAgainWhatIsBusyOnly)
{
    failures_ = {{"503 Service Unavailable", "SlowDown"}};
    const auto outcome = copy();
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("SlowDown: M"), HasSubstr("Next try in 1 s")));
}

TEST_F(S3Command, SaysWhatTheStoreRefuses)
{
    EXPECT_THAT(refused_with("403 Forbidden", "InvalidAccessKeyId"), HasSubstr("does not know the key AKID"));
    EXPECT_THAT(refused_with("403 Forbidden", "SignatureDoesNotMatch"), HasSubstr("does not belong to the key AKID"));
    EXPECT_THAT(refused_with("403 Forbidden", "RequestTimeTooSkewed"), HasSubstr("Set the clock"));
    EXPECT_THAT(refused_with("403 Forbidden", "AccessDenied"), HasSubstr("s3:ListBucket"));
    EXPECT_THAT(refused_with("400 Bad Request", "ExpiredToken"), HasSubstr("get a new one"));
    EXPECT_THAT(refused_with("301 Moved Permanently", "PermanentRedirect"), HasSubstr("--s3-region"));
    EXPECT_THAT(refused_with("400 Bad Request", "EntityTooLarge"), HasSubstr("refused it (EntityTooLarge: M)"));
    EXPECT_THAT(refused_with("400 Bad Request", "a\x1b[31m"), HasSubstr("status 400"));
}

TEST_F(S3Command, NeedsAKeyABucketAndSomethingToCopy)
{
    EXPECT_EQ(copy({"--s3-key-file", "none"}).code, 2) << "given twice";
    std::filesystem::permissions(folder_ / "key", std::filesystem::perms(0644));
    EXPECT_THAT(copy().err, HasSubstr("chmod 600"));
    EXPECT_EQ(copy({std::string(64, 'a')}).code, 2) << "images and records";
    EXPECT_EQ(run({"image", "copy", "--store", "store", "--to", "s3://images/x"}).code, 2);
    EXPECT_EQ(run({"image", "copy", "--record", "record.dsse", "--store", "store", "--to", "elsewhere"}).code, 2);
    const auto no_key = run({"image", "copy", "--record", "record.dsse", "--store", "store", "--to", "s3://images"});
    EXPECT_EQ(no_key.code, 1);
    EXPECT_THAT(no_key.err, HasSubstr("AWS_ACCESS_KEY_ID"));
    EXPECT_TRUE(heads_.empty());
}

} // namespace
} // namespace farboot::rootfs
