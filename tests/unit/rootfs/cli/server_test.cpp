#include "tests/unit/rootfs/cli/program.hpp"
#include "tests/unit/rootfs/fetch/tls_server.hpp"

#include <algorithm>
#include <mutex>

namespace farboot::rootfs
{
namespace
{

using testing::HasSubstr;
using testing_fetch::Authority;
using testing_fetch::TlsServer;

/// A server of the HTTP API that has the records in `newest_` and takes what it is sent, or refuses it.
class ServerTest : public CliTest
{
protected:
    void SetUp() override
    {
        CliTest::SetUp();
        make_keys();
        put("vmlinuz", noise(10'000));
        put("ca.pem", authority_.certificate());
        put("token", "secret-token\n");
        std::filesystem::permissions(folder_ / "token", std::filesystem::perms(0600));
    }
    std::vector<std::string> publish(const std::string& number)
    {
        return {"publish",  "boot", "--store",  "store",   "--series",     "sample",        "--number",   number,
                "--title",  "T",    "--kernel", "vmlinuz", "--key",        "publisher.pem", "-o",         "record.dsse",
                "--server", url_,   "--ca",     "ca.pem",  "--token-file", "token",         "--no-upload"};
    }
    void answer(TlsServer::Peer& peer, const std::string& request)
    {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
        const auto busy =
            std::ranges::find_if(busy_, [&](const std::string& start) { return request.starts_with(start); });
        if (busy != busy_.end()) {
            busy_.erase(busy);
            peer.answer("503 Service Unavailable", R"({"error": {"code": "store-busy", "sentence": "Wait."}})",
                        "Content-Type: application/json\r\n");
        } else if (request.starts_with("PUT /api/v1/store/")) {
            has_manifest_ = has_manifest_ || request.starts_with("PUT /api/v1/store/manifests/");
            peer.answer("201 Created", "{}");
        } else if (request.starts_with("GET /api/v1/store/images/") && has_manifest_)
            peer.answer("200 OK", R"({"located": false, "hot_chunks": 0, "missing": [], "next": null})");
        else if (request.starts_with("POST /api/v1/store/images/"))
            peer.answer("201 Created", "{}");
        else if (request.starts_with("GET /api/v1/series/boot/sample ") && !newest_.empty())
            peer.answer("200 OK", newest_, "Content-Type: application/json\r\n");
        else if (request.starts_with("POST /api/v1/records") && refusal_.empty())
            peer.answer("201 Created", R"({"type": "boot", "series": "sample", "number": 1})");
        else if (request.starts_with("POST "))
            peer.answer("409 Conflict", R"({"error": {"code": "number-too-low", "sentence": ")" + refusal_ + "\"}}",
                        "Content-Type: application/json\r\n");
        else
            peer.answer("404 Not Found", R"({"error": {"code": "not-found", "sentence": "No such record."}})",
                        "Content-Type: application/json\r\n");
    }
    std::string last_request()
    {
        const std::lock_guard lock(mutex_);
        return requests_.empty() ? "" : requests_.back();
    }
    std::uint64_t number() { return RecordHeader::parse(Envelope::parse(get("record.dsse"))->payload)->number; }

    std::mutex mutex_;
    std::vector<std::string> requests_;
    std::vector<std::string> busy_; ///< how requests begin that are refused for a while, each once
    bool has_manifest_ = false;
    std::string newest_;
    std::string refusal_;
    Authority authority_;
    testing_fetch::Identity identity_ = authority_.issue();
    TlsServer server_{&identity_, [this](TlsServer::Peer& peer, const std::string& request) { answer(peer, request); }};
    std::string url_ = "https://127.0.0.1:" + std::to_string(server_.port());
};

TEST_F(ServerTest, TheFirstNumberIs1AndTheRecordIsSent)
{
    good(publish("auto"));
    EXPECT_EQ(number(), 1U);
    EXPECT_THAT(last_request(), testing::StartsWith("POST /api/v1/records "));
    EXPECT_THAT(last_request(), HasSubstr("Authorization: Bearer secret-token\r\n"));
    EXPECT_THAT(last_request(), HasSubstr("Content-Type: application/vnd.dsse+json\r\n"));
    EXPECT_THAT(last_request(), testing::EndsWith(get("record.dsse")));
}

TEST_F(ServerTest, TheNextNumberIsOneHigher)
{
    good(publish("41"));
    newest_ =
        R"({"current": 40, "versions": [{"number": 41, "state": "draft"}, {"number": 40, "state": "published"}]})";
    auto words = publish("auto");
    words.emplace_back("--draft");
    good(words);
    EXPECT_EQ(number(), 42U);
    EXPECT_THAT(last_request(), testing::StartsWith("POST /api/v1/records?state=draft "));
}

TEST_F(ServerTest, EachStepOfAnUploadIsTriedAgain)
{
    put("root", noise(200'000, 2));
    auto words = publish("1");
    words.back() = "--image"; // instead of --no-upload
    words.emplace_back("root");
    busy_ = {"GET /api/v1/store/files/", "PUT /api/v1/store/files/", "GET /api/v1/store/images/",
             "PUT /api/v1/store/manifests/", "POST /api/v1/store/images/"};
    const auto sent = run(words);
    EXPECT_EQ(sent.code, 0) << sent.err;
    EXPECT_THAT(sent.err, HasSubstr("Next try in 1 s"));
    EXPECT_THAT(busy_, testing::IsEmpty());
    EXPECT_THAT(last_request(), testing::StartsWith("POST /api/v1/records "));
}

TEST_F(ServerTest, RepeatsWhyTheServerRefused)
{
    refusal_ = "Number 1 is not higher than 7.";
    const auto refused = run(publish("1"));
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr(refusal_));
    EXPECT_THAT(refused.err, HasSubstr("record.dsse")) << "says where the record is";
    refusal_.clear();
    good({"record", "send", "record.dsse", "--server", url_ + "/", "--ca", "ca.pem", "--token-file", "token"});
    EXPECT_THAT(last_request(), testing::StartsWith("POST /api/v1/records "));
}

TEST_F(ServerTest, TellsNoStrangerTheToken)
{
    put("ca.pem", Authority().certificate());
    const auto refused = run(publish("1"));
    EXPECT_EQ(refused.code, 1);
    EXPECT_EQ(last_request(), "");
}

TEST_F(ServerTest, RefusesATokenThatOthersMayRead)
{
    std::filesystem::permissions(folder_ / "token", std::filesystem::perms(0644));
    const auto refused = run(publish("1"));
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("chmod 600 token"));
    EXPECT_THAT(refused.err, testing::Not(HasSubstr("secret-token")));
}

TEST_F(ServerTest, ATokenIsOneLine)
{
    put("token", "a\r\nX-Evil: 1");
    std::filesystem::permissions(folder_ / "token", std::filesystem::perms(0600));
    EXPECT_THAT(run(publish("1")).err, HasSubstr("one token"));
    EXPECT_EQ(last_request(), "");
}

TEST_F(ServerTest, AServerThatIsAwayIsSaid)
{
    url_ = "https://127.0.0.1:1";
    const auto refused = run(publish("auto"));
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("127.0.0.1"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "store")) << "asked before the work begins";
}

} // namespace
} // namespace farboot::rootfs
