#include "rootfs/nbd/access_tokens.hpp"

#include "tests/unit/rootfs/fetch/tls_server.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>

namespace farboot::rootfs
{
namespace
{

using testing_fetch::TlsServer;

/// A server that gives out token-1, token-2, …
class AccessTokensTest : public testing::Test
{
protected:
    virtual void answer(TlsServer::Peer& peer, const std::string& request)
    {
        const auto number = ++asked_;
        {
            const std::lock_guard lock(mutex_);
            request_ = request;
        }
        EXPECT_THAT(request, testing::StartsWith("POST /api/v1/store-token "));
        if (const std::lock_guard lock(mutex_); !said_.empty())
            peer.answer(status_, said_);
        else
            peer.answer("200 OK", fmt::format(R"({{"audience": "exam", "token": "token-{}", "seconds": {}}})", number,
                                              life_.load()));
    }
    void say(const std::string& status, const std::string& body)
    {
        const std::lock_guard lock(mutex_);
        status_ = status;
        said_ = body;
    }
    Result<std::string> get(const std::string& audience = "exam", const std::string& path = "v1/x")
    {
        const auto pass = tokens_.get({audience, source_}, path, {});
        if (!pass)
            return std::unexpected(pass.error());
        EXPECT_TRUE(pass->token.empty() != pass->query.empty());
        return pass->token + pass->query;
    }
    void drop(const std::string& token) { tokens_.drop({"exam", source_}, "v1/x", {token, {}}); }
    std::string reason()
    {
        const auto token = get();
        return token ? *token : token.error().reason;
    }

    const std::string source_ = "https://s3.example.org/images";
    std::atomic<int> asked_ = 0;
    std::atomic<int> life_ = 900;
    std::mutex mutex_;
    std::string status_, said_, request_;
    TlsServer server_{nullptr, [this](TlsServer::Peer& peer, const std::string& request) { answer(peer, request); }};
    AccessTokens tokens_{"http://127.0.0.1:" + std::to_string(server_.port()) + "/api/v1/store-token", {}};
};

TEST_F(AccessTokensTest, OneIsForAllWhoWantIt)
{
    std::vector<std::jthread> threads;
    std::atomic<int> right = 0;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] { right += get() == "token-1"; });
    threads.clear();
    EXPECT_EQ(right, 8);
    EXPECT_EQ(asked_, 1);
}

TEST_F(AccessTokensTest, IsRenewedBeforeItEnds)
{
    life_ = 3;
    ASSERT_EQ(get(), "token-1");
    // Whoever asks gets one at any time, and after a while the next one.
    std::string token;
    while (token != "token-2") {
        const auto got = get();
        ASSERT_TRUE(got) << got.error().sentence;
        token = *got;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

TEST_F(AccessTokensTest, ARefusedOneIsReplacedOnce)
{
    ASSERT_EQ(get(), "token-1");
    drop("token-1");
    ASSERT_EQ(get(), "token-2");
    drop("token-1"); // by somebody who was slow
    EXPECT_EQ(get(), "token-2");
}

TEST_F(AccessTokensTest, ThePcsSessionIsShownOnceItIsThere)
{
    testing_fetch::Folder folder;
    const auto file = folder.path() / "pc-session";
    AccessTokens tokens("http://127.0.0.1:" + std::to_string(server_.port()) + "/api/v1/store-token", {}, file);
    const auto shown = [&] {
        EXPECT_TRUE(tokens.get({"exam", source_}, "v1/x", {}));
        tokens.drop({"exam", source_}, "v1/x", {"token-" + std::to_string(asked_), {}});
        const std::lock_guard lock(mutex_);
        const auto start = request_.find("Farboot-Pc: ");
        return start == std::string::npos ? "" : request_.substr(start, request_.find('\r', start) - start);
    };
    EXPECT_EQ(shown(), "");
    folder.write("pc-session", "the-session");
    EXPECT_EQ(shown(), "Farboot-Pc: the-session");
    folder.write("pc-session", "two\r\nX-Lines: 1");
    EXPECT_EQ(shown(), "") << "it would become a header of its own";
    folder.write("pc-session", std::string(300, 'x'));
    EXPECT_EQ(shown(), "");
}

TEST_F(AccessTokensTest, EachAudienceHasItsOwn)
{
    ASSERT_EQ(get(), "token-1");
    EXPECT_EQ(get("staff"), "token-2");
    EXPECT_EQ(get(), "token-1");
}

TEST_F(AccessTokensTest, SaysWhyThereIsNone)
{
    EXPECT_EQ(AccessTokens("", {}).get({"exam", source_}, "v1/x", {}).error().reason, "token-refused");
    say("403 Forbidden", R"({"error": {"code": "audience-refused", "sentence": "Not here."}})");
    EXPECT_EQ(reason(), "token-refused");
    EXPECT_THAT(get().error().sentence, testing::HasSubstr("Not here."));
    for (const char* body :
         {"x", "{}", R"({"token": 1, "seconds": 1})", R"({"token": "x", "seconds": "1"})",
          R"({"token": "", "seconds": 1})", R"({"token": "a\nb", "seconds": 1})", R"({"token": "x", "seconds": 0})",
          R"({"token": "x", "seconds": -1})", R"({"queries": [], "seconds": 9})", R"({"queries": {}, "seconds": 9})",
          R"({"queries": {"v1/y": "a=b"}, "seconds": 9})", R"({"queries": {"v1/x": ""}, "seconds": 9})",
          R"({"queries": {"v1/x": "a=b c"}, "seconds": 9})", R"({"queries": {"v1/x": "a=b#c"}, "seconds": 9})",
          R"({"queries": {"v1/x": "a\nb"}, "seconds": 9})"}) {
        say("200 OK", body);
        EXPECT_EQ(reason(), "bad-answer") << body;
    }
    say("", "");
    EXPECT_TRUE(get());
}

/// A server at which each file has a query of its own: "path=<path>&n=<number of the question>".
class AccessQueriesTest : public AccessTokensTest
{
protected:
    void answer(TlsServer::Peer& peer, const std::string& request) override
    {
        const auto number = ++asked_;
        const auto question = nlohmann::json::parse(request.substr(request.find("\r\n\r\n") + 4));
        EXPECT_EQ(question["audience"], "exam");
        EXPECT_EQ(question["source"], source_);
        auto queries = nlohmann::json::object();
        for (const auto& path : question["paths"])
            queries[path.get<std::string>()] = fmt::format("n={}", number);
        most_ = std::max<std::size_t>(most_, queries.size());
        peer.answer("200 OK", nlohmann::json{{"queries", queries}, {"seconds", life_.load()}}.dump());
    }
    std::atomic<std::size_t> most_ = 0;
};

TEST_F(AccessQueriesTest, AreAskedForTogether)
{
    EXPECT_EQ(get("exam", "v1/a"), "n=1");
    EXPECT_EQ(get("exam", "v1/a"), "n=1");
    tokens_.expect({"exam", source_}, {"v1/a", "v1/b", "v1/c", "v1/d"});
    EXPECT_EQ(get("exam", "v1/c"), "n=2");
    EXPECT_EQ(get("exam", "v1/b"), "n=2");
    EXPECT_EQ(get("exam", "v1/d"), "n=2");
    EXPECT_EQ(get("exam", "v1/a"), "n=1");
    EXPECT_EQ(get("exam", "v1/e"), "n=3") << "was not expected, and is got";
    EXPECT_EQ(most_, 3U);
}

TEST_F(AccessQueriesTest, AreAskedForInTurnWhereThereAreMany)
{
    std::vector<std::string> paths;
    for (int i = 0; i < 600; ++i)
        paths.push_back(fmt::format("v1/{:03}", i));
    tokens_.expect({"exam", source_}, paths);
    for (const auto& path : paths)
        ASSERT_TRUE(get("exam", path));
    EXPECT_EQ(asked_, 3);
    EXPECT_EQ(most_, AccessTokens::most_paths);
}

TEST_F(AccessQueriesTest, AreRenewedBeforeTheyEnd)
{
    life_ = 3;
    tokens_.expect({"exam", source_}, {"v1/a", "v1/b"});
    ASSERT_EQ(get("exam", "v1/a"), "n=1");
    while (get("exam", "v1/a") != "n=2")
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_NE(get("exam", "v1/b"), "n=1") << "with the one that was due";
}

TEST_F(AccessQueriesTest, ARefusedOneIsReplacedOnce)
{
    tokens_.expect({"exam", source_}, {"v1/a", "v1/b"});
    ASSERT_EQ(get("exam", "v1/a"), "n=1");
    tokens_.drop({"exam", source_}, "v1/a", {{}, "n=1"});
    EXPECT_EQ(get("exam", "v1/a"), "n=2");
    tokens_.drop({"exam", source_}, "v1/a", {{}, "n=1"});
    EXPECT_EQ(get("exam", "v1/a"), "n=2");
    EXPECT_EQ(get("exam", "v1/b"), "n=1");
}

} // namespace
} // namespace farboot::rootfs
