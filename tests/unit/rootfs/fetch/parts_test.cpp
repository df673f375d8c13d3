#include "tests/unit/rootfs/fetch/fixture.hpp"

#include <charconv>
#include <future>
#include <numeric>

/// Ranges that come in parts, over several connections at once.
namespace farboot::rootfs::testing_fetch
{
namespace
{

using namespace std::chrono_literals;
constexpr std::uint64_t first = 1'000;

class Parts : public Fetch
{
protected:
    /// First and last byte of the request's range.
    static std::pair<std::uint64_t, std::uint64_t> range_of(const std::string& request)
    {
        const auto begin = request.find("bytes=") + 6;
        const auto dash = request.find('-', begin);
        std::pair<std::uint64_t, std::uint64_t> range;
        std::from_chars(request.data() + begin, request.data() + dash, range.first);
        std::from_chars(request.data() + dash + 1, request.data() + request.size(), range.second);
        return range;
    }
    void give(Peer& peer, const std::string& request) const
    {
        const auto [from, to] = range_of(request);
        peer.send(fmt::format("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {}-{}/{}\r\nContent-Length: "
                              "{}\r\n\r\n{}",
                              from, to, file_.size(), to - from + 1, file_.substr(from, to - from + 1)));
    }
    Result<HttpResponse> get_parts(HttpClient& client, const TlsServer& server,
                                   const std::vector<std::uint64_t>& lengths)
    {
        auto request =
            get_range(server.url(), first, std::accumulate(lengths.begin(), lengths.end(), std::uint64_t{0}));
        request.own_connection = true;
        request.range_may_be_cut = may_be_cut_;
        const auto sink = [this](Bytes piece) {
            got_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
            return got_.size() < most_;
        };
        return client.stream_in_parts(request, lengths, sink, stop_.get_token());
    }

    std::string file_ = [] {
        std::string text;
        for (int i = 0; text.size() < 300'000; ++i)
            text += std::to_string(i);
        return text;
    }();
    std::string got_;
    bool may_be_cut_ = false;
    std::size_t most_ = 1'000'000; ///< so much the sink takes
    std::stop_source stop_;
};

TEST_F(Parts, ComeInOrderWhicheverIsFirst)
{
    std::promise<void> last_is_through;
    auto last = last_is_through.get_future().share();
    TlsServer server(&identity_, [&](Peer& peer, const std::string& request) {
        const auto [from, to] = range_of(request);
        if (from == first) { // the first one waits until the last one has gone
            ASSERT_EQ(last.wait_for(60s), std::future_status::ready);
        }
        give(peer, request);
        if (to == first + 110'000 - 1)
            last_is_through.set_value();
    });
    HttpClient client(trust_, 8);
    const auto answer = get_parts(client, server, {10'000, 20'000, 30'000, 50'000});
    ASSERT_TRUE(answer) << answer.error().sentence;
    EXPECT_TRUE(got_ == file_.substr(first, 110'000));
    EXPECT_EQ(server.connections(), 4U);
}

TEST_F(Parts, ComeOverOneConnectionTooIfThereAreNoMore)
{
    TlsServer server(&identity_, [&](Peer& peer, const std::string& request) { give(peer, request); });
    HttpClient client(trust_, 1);
    ASSERT_TRUE(get_parts(client, server, {5, 6, 7}));
    EXPECT_EQ(got_, file_.substr(first, 18));
    EXPECT_EQ(server.connections(), 1U);
}

TEST_F(Parts, OneThatFailsEndsTheOthers)
{
    TlsServer server(&identity_, [&](Peer& peer, const std::string& request) {
        if (range_of(request).first == first + 10)
            peer.answer("404 Not Found", "");
        else
            peer.wait_until_gone();
    });
    HttpClient client(trust_, 8);
    EXPECT_THAT(get_parts(client, server, {10, 20, 30}), Failed("http-404", "404"));
}

TEST_F(Parts, EndWhenTheSinkHasEnough)
{
    TlsServer server(&identity_, [&](Peer& peer, const std::string& request) { give(peer, request); });
    HttpClient client(trust_, 8);
    most_ = 15;
    EXPECT_THAT(get_parts(client, server, {10, 20, 30}), Failed("cancelled", "cancelled"));
}

TEST_F(Parts, EndWhenTheyAreStopped)
{
    std::promise<void> asked;
    std::atomic<int> requests = 0;
    TlsServer server(&identity_, [&](Peer& peer, const std::string&) {
        if (++requests == 3)
            asked.set_value();
        peer.wait_until_gone();
    });
    HttpClient client(trust_, 8);
    auto answer = std::async(std::launch::async, [&] { return get_parts(client, server, {10, 20, 30}); });
    ASSERT_EQ(asked.get_future().wait_for(60s), std::future_status::ready);
    stop_.request_stop();
    EXPECT_THAT(answer.get(), Failed("cancelled", "cancelled"));
}

TEST_F(Parts, OfWhichOneIsTooShortAreRefused)
{
    TlsServer server(&identity_, [&](Peer& peer, const std::string& request) {
        const auto [from, to] = range_of(request);
        if (from == first + 10)
            peer.send(fmt::format("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {}-{}/9\r\nContent-Length: 1"
                                  "\r\n\r\nx",
                                  from, from));
        else
            give(peer, request);
    });
    HttpClient client(trust_, 8);
    EXPECT_THAT(get_parts(client, server, {10, 20, 30}), Failed("range-ignored", "20 bytes"));
}

TEST_F(Parts, MayGoBeyondTheFilesEndIfTheyAreAllowedTo)
{
    TlsServer server(&identity_, [&](Peer& peer, const std::string& request) {
        auto [from, to] = range_of(request);
        to = std::min<std::uint64_t>(to, first + 24);
        if (from > to)
            peer.answer("416 Range Not Satisfiable", "");
        else
            peer.send(fmt::format("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {}-{}/{}\r\nContent-Length: "
                                  "{}\r\n\r\n{}",
                                  from, to, first + 25, to - from + 1, file_.substr(from, to - from + 1)));
    });
    HttpClient client(trust_, 8);
    may_be_cut_ = true;
    const auto answer = get_parts(client, server, {10, 20, 30, 40});
    ASSERT_TRUE(answer) << answer.error().sentence;
    EXPECT_EQ(got_, file_.substr(first, 25));
    may_be_cut_ = false;
    EXPECT_FALSE(get_parts(client, server, {10, 20, 30, 40}));
}

/// A file that grows meanwhile: no hole in the middle.
TEST_F(Parts, BehindOneThatIsCutAreRefused)
{
    TlsServer server(&identity_, [&](Peer& peer, const std::string& request) {
        const auto [from, to] = range_of(request);
        const auto total = from == first + 10 ? first + 15 : file_.size();
        const auto end = std::min<std::uint64_t>(to + 1, total);
        peer.send(fmt::format("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {}-{}/{}\r\nContent-Length: "
                              "{}\r\n\r\n{}",
                              from, end - 1, total, end - from, file_.substr(from, end - from)));
    });
    HttpClient client(trust_, 8);
    may_be_cut_ = true;
    EXPECT_THAT(get_parts(client, server, {10, 20, 30}), Failed("truncated", "shorter"));
}

/// What is asked for next needs no handshake any more.
TEST_F(Parts, ConnectionsCanBeOpenedBefore)
{
    TlsServer server(&identity_, [&](Peer& peer, const std::string& request) { give(peer, request); });
    HttpClient client(trust_, 8);
    auto request = get_range(server.url(), 0, 1);
    request.own_connection = true;
    client.open_connections(request, 3);
    for (const auto end = std::chrono::steady_clock::now() + 60s; client.transfers() > 0;) {
        ASSERT_LT(std::chrono::steady_clock::now(), end);
        std::this_thread::yield();
    }
    const auto opened = server.connections();
    EXPECT_LE(opened, 3U);
    ASSERT_TRUE(get_parts(client, server, {10}));
    EXPECT_EQ(server.connections(), opened);
}

} // namespace
} // namespace farboot::rootfs::testing_fetch
