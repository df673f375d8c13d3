#include "rootfs/nbd/access_tokens.hpp"

#include "tests/unit/rootfs/fetch/tls_server.hpp"

#include <gmock/gmock.h>

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
    void answer(TlsServer::Peer& peer, const std::string& request)
    {
        const auto number = ++asked_;
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
    Result<std::string> get() { return tokens_.get("exam", {}); }
    std::string reason()
    {
        const auto token = get();
        return token ? *token : token.error().reason;
    }

    std::atomic<int> asked_ = 0;
    std::atomic<int> life_ = 900;
    std::mutex mutex_;
    std::string status_, said_;
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
    tokens_.drop("exam", "token-1");
    ASSERT_EQ(get(), "token-2");
    tokens_.drop("exam", "token-1"); // by somebody who was slow
    EXPECT_EQ(get(), "token-2");
}

TEST_F(AccessTokensTest, EachAudienceHasItsOwn)
{
    ASSERT_EQ(get(), "token-1");
    EXPECT_EQ(tokens_.get("staff", {}), "token-2");
    EXPECT_EQ(get(), "token-1");
}

TEST_F(AccessTokensTest, SaysWhyThereIsNone)
{
    EXPECT_EQ(AccessTokens("", {}).get("exam", {}).error().reason, "token-refused");
    say("403 Forbidden", R"({"error": {"code": "audience-refused", "sentence": "Not here."}})");
    EXPECT_EQ(reason(), "token-refused");
    EXPECT_THAT(get().error().sentence, testing::HasSubstr("Not here."));
    for (const char* body : {"x", "{}", R"({"token": 1, "seconds": 1})", R"({"token": "x", "seconds": "1"})",
                             R"({"token": "", "seconds": 1})", R"({"token": "a\nb", "seconds": 1})",
                             R"({"token": "x", "seconds": 0})", R"({"token": "x", "seconds": -1})"}) {
        say("200 OK", body);
        EXPECT_EQ(reason(), "bad-answer") << body;
    }
    say("", "");
    EXPECT_TRUE(get());
}

} // namespace
} // namespace farboot::rootfs
