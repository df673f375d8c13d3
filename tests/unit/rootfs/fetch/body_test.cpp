#include "tests/unit/rootfs/fetch/fixture.hpp"

/// Bodies and ranges: whole, or refused.
namespace farboot::rootfs::testing_fetch
{
namespace
{

using namespace std::chrono_literals;

class Bodies : public Fetch
{
protected:
    /// Serves these exact bytes to every request, then ends the connection if `close`.
    std::unique_ptr<TlsServer> saying(std::string bytes, bool close = false)
    {
        return std::make_unique<TlsServer>(&identity_, [bytes, close](Peer& peer, const std::string&) {
            peer.send(bytes);
            if (close)
                peer.close();
        });
    }

    HttpClient client_{trust_};
};

std::string partial(std::string_view content_range, std::string_view body)
{
    return fmt::format("HTTP/1.1 206 Partial Content\r\nContent-Range: {}\r\nContent-Length: {}\r\n\r\n{}",
                       content_range, body.size(), body);
}

TEST_F(Bodies, OfARangeComeWithExactlyThatRange)
{
    TlsServer server(&identity_, [](Peer& peer, const std::string& request) {
        EXPECT_THAT(request, testing::HasSubstr("\r\nRange: bytes=10-13\r\n"));
        peer.send(partial("bytes 10-13/100", "abcd"));
    });
    auto answer = client_.fetch(get_range(server.url(), 10, 4));
    ASSERT_TRUE(answer) << answer.error().sentence;
    EXPECT_EQ(answer->status, 206);
    EXPECT_EQ(answer->body, "abcd");
    auto unknown_total = saying(partial("bytes 10-13/*", "abcd"));
    EXPECT_TRUE(client_.fetch(get_range(unknown_total->url(), 10, 4)));

    auto short_file = saying(partial("bytes 10-99/100", std::string(90, 'x')));
    auto longer = get_range(short_file->url(), 10, 1'000);
    longer.range_may_be_cut = true;
    const auto to_the_end = client_.fetch(std::move(longer));
    ASSERT_TRUE(to_the_end) << to_the_end.error().sentence;
    EXPECT_EQ(to_the_end->body.size(), 90U);
}

TEST_F(Bodies, CutBeforeTheFilesEndAreRefused)
{
    for (const std::string content_range : {"bytes 10-98/100", "bytes 10-98/99x", "bytes 10-98/"}) {
        auto server = saying(partial(content_range, std::string(89, 'x')));
        auto request = get_range(server->url(), 10, 1'000);
        request.range_may_be_cut = true;
        EXPECT_THAT(client_.fetch(std::move(request)), Failed("range-ignored", "1000 bytes from 10")) << content_range;
    }
}

TEST_F(Bodies, OfAnotherRangeAreRefused)
{
    for (std::string content_range : {"bytes 10-12/100", "bytes 10-14/100", "bytes 0-3/100", "bytes 10-130/200",
                                      "bytes */100", "items 10-13/100", "bytes 10-13", ""}) {
        auto server = saying(partial(content_range, "abcd"));
        EXPECT_THAT(client_.fetch(get_range(server->url(), 10, 4)), Failed("range-ignored", "4 bytes from 10"))
            << content_range;
    }
}

TEST_F(Bodies, OfAServerThatIgnoresTheRangeAreRefusedBeforeTheyCome)
{
    TlsServer server(&identity_, [](Peer& peer, const std::string&) {
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nabcd");
        peer.wait_until_gone();
    });
    EXPECT_THAT(client_.fetch(get_range(server.url(), 10, 4)), Failed("range-ignored", "cannot do ranges"));
    bool seen = false;
    auto streamed = client_.stream(get_range(server.url(), 10, 4), [&](Bytes) { return seen = true; });
    EXPECT_THAT(streamed, Failed("range-ignored", "cannot do ranges"));
    EXPECT_FALSE(seen);
}

TEST_F(Bodies, OfARangeThatAreShorterOrLongerAreRefused)
{
    auto shorter = saying(partial("bytes 10-13/100", "abc"));
    EXPECT_THAT(client_.fetch(get_range(shorter->url(), 10, 4)), Failed("truncated", "before the answer did"));
    auto longer = saying("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 10-13/100\r\n"
                         "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n");
    EXPECT_THAT(client_.fetch(get_range(longer->url(), 10, 4)), Failed("too-long", "longer than"));
}

TEST_F(Bodies, OfARangePastTheEndTellTheStatus)
{
    auto server = saying("HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n");
    EXPECT_THAT(client_.fetch_ok(get_range(server->url(), 10, 4)), Failed("http-416", "416"));
    EXPECT_EQ(client_.fetch(get_range(server->url(), 10, 4))->status, 416);
}

TEST_F(Bodies, ThatEndEarlyAreTruncated)
{
    auto server = saying("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly a part", true);
    EXPECT_THAT(client_.fetch(get(server->url())), Failed("truncated", "Try again"));
    auto chunked = saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nonly a part", true);
    EXPECT_THAT(client_.fetch(get(chunked->url())), Failed("truncated", "Try again"));
}

TEST_F(Bodies, MayBeAsLongAsAllowedAndNoLonger)
{
    auto server = saying("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789");
    auto request = get(server->url());
    request.max_body = 10;
    EXPECT_EQ(client_.fetch(request)->body, "0123456789");
    request.max_body = 9;
    EXPECT_THAT(client_.fetch(request), Failed("too-long", "longer than the 9 bytes"));
}

TEST_F(Bodies, ThatNeverEndAreCutOff)
{
    TlsServer server(&identity_, [](Peer& peer, const std::string&) {
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        while (peer.send("4000\r\n" + std::string(0x4000, 'x') + "\r\n"))
            ;
        peer.close();
    });
    EXPECT_THAT(client_.fetch(get(server.url())), Failed("too-long", "longer than the 1048576 bytes"));
    std::uint64_t seen = 0;
    auto request = get(server.url());
    request.max_body = 50'000;
    auto streamed = client_.stream(request, [&](Bytes piece) {
        seen += piece.size();
        return true;
    });
    EXPECT_THAT(streamed, Failed("too-long", "longer than the 50000 bytes"));
    EXPECT_LE(seen, 50'000U);
}

TEST_F(Bodies, OfErrorsThatNeverEndAreCutOff)
{
    TlsServer server(&identity_, [](Peer& peer, const std::string&) {
        peer.send("HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n");
        while (peer.send("4000\r\n" + std::string(0x4000, 'x') + "\r\n"))
            ;
        peer.close();
    });
    EXPECT_THAT(client_.fetch_ok(get(server.url())), Failed("http-503", "503"));
}

TEST_F(Bodies, StreamInOrderAndLeaveTheResponseEmpty)
{
    std::string body;
    for (int i = 0; i < 200'000; ++i)
        body += fmt::format("{},", i);
    TlsServer server(&identity_, [&](Peer& peer, const std::string&) { peer.answer("200 OK", body, "ETag: v\r\n"); });
    auto request = get(server.url());
    request.max_body = body.size();
    std::string streamed;
    auto answer = client_.stream(request, [&](Bytes piece) {
        streamed.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        return true;
    });
    ASSERT_TRUE(answer) << answer.error().sentence;
    EXPECT_EQ(streamed, body);
    EXPECT_EQ(answer->body, "");
    EXPECT_EQ(answer->etag, "v");
    EXPECT_EQ(client_.bytes_received(), body.size());
}

TEST_F(Bodies, OfErrorsDoNotReachTheSink)
{
    TlsServer server(&identity_, [](Peer& peer, const std::string&) { peer.answer("404 Not Found", "page"); });
    bool seen = false;
    EXPECT_THAT(client_.stream(get(server.url()), [&](Bytes) { return seen = true; }), Failed("http-404", "404"));
    EXPECT_FALSE(seen);
}

TEST_F(Bodies, EndWhenTheSinkWantsNoMore)
{
    TlsServer server(&identity_, [](Peer& peer, const std::string&) {
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nstart");
        peer.wait_until_gone();
    });
    EXPECT_THAT(client_.stream(get(server.url()), [](Bytes) { return false; }), Failed("cancelled", "was cancelled"));
}

TEST_F(Bodies, ThatStopComingAreStalled)
{
    for (std::string start : {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart"}) {
        TlsServer server(&identity_, [&](Peer& peer, const std::string&) {
            peer.send(start);
            peer.wait_until_gone();
        });
        auto request = get(server.url());
        request.stall_timeout = 200ms;
        EXPECT_THAT(client_.fetch(request), Failed("stalled", "nothing came for 0.2 seconds")) << start;
    }
}

TEST_F(Bodies, ThatTrickleAreStalledWhereMoreIsAskedFor)
{
    TlsServer server(&identity_, [&](Peer& peer, const std::string&) {
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
        while (peer.send("x"))
            std::this_thread::sleep_for(20ms);
        peer.close();
    });
    auto request = get(server.url());
    request.stall_timeout = 500ms;
    request.least_bytes = 1'000; // the server's pauses allow for 25
    EXPECT_THAT(client_.fetch(request), Failed("stalled", "next to nothing came for 0.5 seconds"));
}

TEST_F(Bodies, ThatComeSlowlyAreNotStalled)
{
    constexpr auto patience = 2000ms;
    TlsServer server(&identity_, [&](Peer& peer, const std::string&) {
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n");
        for (int i = 0; i < 30; ++i) { // slow is the point: three seconds in all
            std::this_thread::sleep_for(100ms);
            peer.send("x");
        }
    });
    auto request = get(server.url());
    request.stall_timeout = patience;
    auto answer = client_.fetch(request);
    ASSERT_TRUE(answer) << answer.error().sentence;
    EXPECT_EQ(answer->body, std::string(30, 'x'));
}

} // namespace
} // namespace farboot::rootfs::testing_fetch
