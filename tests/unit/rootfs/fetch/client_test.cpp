#include "tests/unit/rootfs/fetch/fixture.hpp"

#include <condition_variable>
#include <future>

/// Many transfers at once, and their end before the end.
namespace farboot::rootfs::testing_fetch
{
namespace
{

using namespace std::chrono_literals;
using Client = Fetch;
constexpr auto patience = 60s; // a deadline for what must happen at once

/// Something that happens on one thread and is waited for on another.
class Event
{
public:
    void set() { promise_.set_value(); }
    [[nodiscard]] bool came() { return future_.wait_for(patience) == std::future_status::ready; }

private:
    std::promise<void> promise_;
    std::future<void> future_ = promise_.get_future();
};

TEST_F(Client, CancelsATransferInFlight)
{
    Event asked;
    TlsServer server(&identity_, [&](Peer& peer, const std::string&) {
        asked.set();
        peer.wait_until_gone();
    });
    HttpClient client(trust_);
    std::stop_source stop;
    auto answer = std::async(std::launch::async, [&] { return client.fetch(get(server.url()), stop.get_token()); });
    ASSERT_TRUE(asked.came());
    stop.request_stop();
    ASSERT_EQ(answer.wait_for(patience), std::future_status::ready);
    EXPECT_THAT(answer.get(), Failed("cancelled", "was cancelled"));
}

TEST_F(Client, CancelsATransferThatHasNotStarted)
{
    std::stop_source stop;
    stop.request_stop();
    TlsServer server(&identity_, [](Peer& peer, const std::string&) { peer.answer("200 OK", ""); });
    HttpClient client(trust_);
    EXPECT_THAT(client.fetch(get(server.url()), stop.get_token()), Failed("cancelled", "was cancelled"));
}

TEST_F(Client, CancelsATransferThatWaitsForItsTurn)
{
    Event asked;
    TlsServer server(&identity_, [&](Peer& peer, const std::string&) {
        asked.set();
        peer.wait_until_gone();
    });
    std::promise<Result<HttpResponse>> first;
    {
        HttpClient client(trust_, 1);
        client.start(get(server.url()), [&](auto result) { first.set_value(std::move(result)); });
        ASSERT_TRUE(asked.came());
        std::stop_source stop;
        auto second = std::async(std::launch::async, [&] { return client.fetch(get(server.url()), stop.get_token()); });
        stop.request_stop();
        ASSERT_EQ(second.wait_for(patience), std::future_status::ready);
        EXPECT_THAT(second.get(), Failed("cancelled", "was cancelled"));
    }
    EXPECT_THAT(first.get_future().get(), Failed("cancelled", "was cancelled"));
}

TEST_F(Client, EndsRunningAndWaitingTransfersWhenItGoes)
{
    TlsServer server(&identity_, [](Peer& peer, const std::string&) { peer.wait_until_gone(); });
    std::vector<Result<HttpResponse>> answers; // on the client's thread until it is gone
    {
        HttpClient client(trust_, 2);
        for (int i = 0; i < 5; ++i)
            client.start(get(server.url()), [&](auto result) { answers.push_back(std::move(result)); });
    }
    ASSERT_EQ(answers.size(), 5U);
    for (const auto& answer : answers)
        EXPECT_THAT(answer, Failed("cancelled", "was cancelled"));
}

TEST_F(Client, RunsAsManyTransfersAtOnceAsAllowed)
{
    std::mutex mutex;
    std::condition_variable changed;
    int present = 0;
    int most = 0;
    int served = 0;
    TlsServer server(&identity_, [&](Peer& peer, const std::string&) {
        {
            std::unique_lock lock(mutex);
            most = std::max(most, ++present);
            changed.notify_all();
            // each waits for a companion, so that two must run at once for any to end
            EXPECT_TRUE(changed.wait_for(lock, patience, [&] { return present == 2 || served > 0; }));
            --present;
            ++served;
        }
        peer.answer("200 OK", "done");
    });
    HttpClient client(trust_, 2);
    std::vector<std::promise<Result<HttpResponse>>> answers(8);
    for (auto& answer : answers)
        client.start(get(server.url()), [&](auto result) { answer.set_value(std::move(result)); });
    for (auto& answer : answers)
        EXPECT_TRUE(answer.get_future().get());
    EXPECT_EQ(most, 2);
    EXPECT_EQ(server.connections(), 2U);
}

TEST_F(Client, LetsDoneStartAnother)
{
    TlsServer server(&identity_, [](Peer& peer, const std::string& request) { peer.answer("200 OK", request); });
    HttpClient client(trust_);
    std::promise<Result<HttpResponse>> second;
    client.start(get(server.url("/first")), [&](const Result<HttpResponse>& first) {
        EXPECT_TRUE(first);
        client.start(get(server.url("/second")), [&](auto result) { second.set_value(std::move(result)); });
    });
    auto answer = second.get_future().get();
    ASSERT_TRUE(answer);
    EXPECT_THAT(answer->body, testing::StartsWith("GET /second "));
}

TEST_F(Client, AsksAgainOnANewConnectionWhenAKeptOneWasClosed)
{
    TlsServer server(&identity_, [](Peer& peer, const std::string&) {
        peer.answer("200 OK", "");
        peer.close(); // without saying so before
    });
    HttpClient client(trust_);
    for (int i = 0; i < 3; ++i) {
        auto answer = client.fetch(get(server.url()));
        EXPECT_TRUE(answer) << answer.error().sentence;
    }
    EXPECT_EQ(server.connections(), 3U);
}

TEST_F(Client, FindsItsServerAgainAfterARestart)
{
    HttpClient client(trust_);
    std::string url;
    {
        TlsServer server(&identity_, [](Peer& peer, const std::string&) { peer.answer("200 OK", ""); });
        url = server.url();
        EXPECT_TRUE(client.fetch(get(url)));
    }
    EXPECT_THAT(client.fetch(get(url)), Failed("unreachable", "does not answer"));
    TlsServer again(&identity_, [](Peer& peer, const std::string&) { peer.answer("200 OK", ""); });
    EXPECT_TRUE(client.fetch(get(again.url())));
}

} // namespace
} // namespace farboot::rootfs::testing_fetch
