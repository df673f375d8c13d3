#include "tests/unit/rootfs/fetch/fixture.hpp"

#include <sys/socket.h>
#include <unistd.h>

/// What is asked for, and what answers besides a body mean.
namespace farboot::rootfs::testing_fetch
{
namespace
{

using Requests = Fetch;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Answers every request with the request itself.
void echo(TlsServer::Peer& peer, const std::string& request)
{
    peer.answer("200 OK", request, "ETag: \"v1\"\r\ncontent-type: text/plain\r\n");
}

TEST_F(Requests, BringTheAnswersStatusTagTypeAndBody)
{
    TlsServer server(&identity_, echo);
    HttpClient client(trust_);
    auto answer = client.fetch(get(server.url("/a/b?c=d")));
    ASSERT_TRUE(answer) << answer.error().sentence;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->etag, "\"v1\"");
    EXPECT_EQ(answer->content_type, "text/plain");
    EXPECT_THAT(answer->body, StartsWith("GET /a/b?c=d HTTP/1.1\r\n"));
    EXPECT_THAT(answer->body, Not(HasSubstr("Cache-Control")));
    EXPECT_EQ(client.bytes_received(), answer->body.size());
}

TEST_F(Requests, KeepTheirConnection)
{
    TlsServer server(&identity_, echo);
    HttpClient client(trust_);
    for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(client.fetch(get(server.url())));
    EXPECT_EQ(server.connections(), 1U);
}

TEST_F(Requests, CarryMethodHeadersAndBody)
{
    TlsServer server(&identity_, echo);
    HttpClient client(trust_);
    auto request = get(server.url());
    request.method = "POST";
    request.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}};
    request.body = std::string("{\"nonce\": \"a\0b\"}", 17) + std::string(100'000, 'x');
    request.bypass_caches = true;
    auto answer = client.fetch_ok(request);
    ASSERT_TRUE(answer) << answer.error().sentence;
    EXPECT_THAT(answer->body, StartsWith("POST / HTTP/1.1\r\n"));
    EXPECT_THAT(answer->body, HasSubstr("\r\nContent-Type: application/json\r\n"));
    EXPECT_THAT(answer->body, HasSubstr("\r\nX-Empty:\r\n"));
    EXPECT_THAT(answer->body, HasSubstr("\r\nCache-Control: no-cache\r\n"));
    EXPECT_THAT(answer->body, Not(HasSubstr("Expect")));
    EXPECT_THAT(answer->body, testing::EndsWith("\r\n\r\n" + request.body));
}

TEST_F(Requests, MayBeOfAnyMethod)
{
    TlsServer server(&identity_, [](Peer& peer, const std::string& request) {
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 7\r\nETag: " + request.substr(0, request.find(' ')) + "\r\n\r\n");
        if (!request.starts_with("HEAD"))
            peer.send("content");
    });
    HttpClient client(trust_);
    for (std::string method : {"GET", "HEAD", "PUT", "DELETE", "POST"}) {
        auto request = get(server.url());
        request.method = method;
        auto answer = client.fetch(request);
        ASSERT_TRUE(answer) << method << ": " << answer.error().sentence;
        EXPECT_EQ(answer->etag, method);
        EXPECT_EQ(answer->body, method == "HEAD" ? "" : "content");
    }
}

TEST_F(Requests, ThatCannotBeAskedForAreRefused)
{
    HttpClient client(trust_);
    for (std::string url : {"", "ftp://127.0.0.1/", "file:///etc/passwd", "https://", "/path",
                            "https://user:secret@127.0.0.1/", "https://127.0.0.1:99999/", "https://a b/"})
        EXPECT_THAT(client.fetch(get(url)), Failed("bad-request", "cannot be asked for")) << url;
    for (auto [name, value] : {std::pair{"X", "a\r\nY: b"}, {"X\nY", "a"}, {"", "a"}, {"X:", "a"}}) {
        auto request = get("https://127.0.0.1/");
        request.headers = {{name, value}};
        EXPECT_THAT(client.fetch(request), Failed("bad-request", "header")) << name << value;
    }
    auto request = get("https://127.0.0.1/");
    request.method = "GET / HTTP/1.1\r\nX:";
    EXPECT_THAT(client.fetch(request), Failed("bad-request", "method"));
    EXPECT_THAT(client.fetch(get_range("https://127.0.0.1/", 5, 0)), Failed("bad-request", "range"));
    EXPECT_THAT(client.fetch(get_range("https://127.0.0.1/", ~0ULL, 2)), Failed("bad-request", "range"));
}

TEST_F(Requests, ForWhatIsNotThereTellTheServersSentence)
{
    TlsServer server(&identity_, [](Peer& peer, const std::string& request) {
        bool json = request.starts_with("GET /json");
        peer.answer("404 Not Found", json ? R"({"error": {"code": "not-found", "sentence": "There is no record x."}})"
                                          : "<html>Not found</html>");
    });
    HttpClient client(trust_);
    auto answer = client.fetch(get(server.url("/json")));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 404);
    EXPECT_THAT(client.fetch_ok(get(server.url("/json"))), Failed("http-404", "There is no record x."));
    EXPECT_THAT(client.fetch_ok(get(server.url("/page"))), Failed("http-404", "answered with status 404"));
}

TEST_F(Requests, DoNotPassControlCharactersOfAnErrorOn)
{
    TlsServer server(&identity_, [](Peer& peer, const std::string&) {
        peer.answer("500 Oops", R"({"error": {"sentence": "\u001b[2Jgone"}})");
    });
    HttpClient client(trust_);
    EXPECT_THAT(client.fetch_ok(get(server.url())), Failed("http-500", "answered with status 500"));
}

TEST_F(Requests, DoNotShowTheQueryWhichMayHoldAToken)
{
    TlsServer server(&identity_, [](Peer& peer, const std::string&) { peer.answer("403 Forbidden", ""); });
    HttpClient client(trust_);
    auto answer = client.fetch_ok(get(server.url("/pack?token=secret#part")));
    ASSERT_FALSE(answer);
    EXPECT_THAT(answer.error().sentence, HasSubstr("/pack: the server"));
    EXPECT_THAT(answer.error().sentence, Not(HasSubstr("secret")));
}

TEST_F(Requests, FollowRedirectsWithinTheirScheme)
{
    TlsServer server(&identity_, [](Peer& peer, const std::string& request) {
        if (request.starts_with("GET /old"))
            peer.answer("302 Found", "moved", "Location: /new\r\nETag: old\r\n");
        else
            peer.answer("200 OK", request);
    });
    HttpClient client(trust_);
    auto answer = client.fetch_ok(get(server.url("/old")));
    ASSERT_TRUE(answer) << answer.error().sentence;
    EXPECT_THAT(answer->body, StartsWith("GET /new "));
    EXPECT_EQ(answer->etag, "");
}

TEST_F(Requests, DoNotFollowRedirectsToAnotherSchemeOrForEver)
{
    TlsServer plain(nullptr, [](Peer& peer, const std::string&) { peer.answer("200 OK", "from a stranger"); });
    TlsServer server(&identity_, [&](Peer& peer, const std::string& request) {
        if (request.starts_with("GET /plain"))
            peer.answer("302 Found", "", "Location: " + plain.url() + "\r\n");
        else if (request.starts_with("GET /file"))
            peer.answer("302 Found", "", "Location: file:///etc/passwd\r\n");
        else
            peer.answer("302 Found", "", "Location: /again\r\n");
    });
    HttpClient client(trust_);
    for (std::string path : {"/plain", "/file", "/again"})
        EXPECT_THAT(client.fetch(get(server.url(path))), Failed("redirect-refused", "is not followed")) << path;
    EXPECT_EQ(plain.connections(), 0U);
}

TEST_F(Requests, ThatChangeSomethingAreNotRedirected)
{
    TlsServer server(&identity_, [](Peer& peer, const std::string&) {
        peer.answer("307 Temporary Redirect", "", "Location: /elsewhere\r\n");
    });
    HttpClient client(trust_);
    auto request = get(server.url());
    request.method = "POST";
    EXPECT_THAT(client.fetch_ok(request), Failed("http-307", "status 307"));
}

TEST_F(Requests, AnsweredWithSomethingElseThanHttpFail)
{
    TlsServer server(&identity_, [](Peer& peer, const std::string&) {
        peer.send("220 mail.example ESMTP\r\n");
        peer.close();
    });
    HttpClient client(trust_);
    EXPECT_THAT(client.fetch(get(server.url())), Failed("bad-answer", "not one that can be used"));
}

TEST_F(Requests, SurviveAServerThatClosesWhileTheySend)
{
    SilentSocket socket;
    std::thread closing([&] { ::close(::accept(socket.descriptor(), nullptr, nullptr)); });
    HttpClient client(trust_);
    auto request = get(fmt::format("http://127.0.0.1:{}/", socket.port()));
    request.method = "PUT";
    request.body = std::string(32 << 20, 'x');
    EXPECT_THAT(client.fetch(request), Failed("unreachable", "does not answer"));
    closing.join();
    TlsServer server(&identity_, echo);
    EXPECT_TRUE(client.fetch(get(server.url())));
}

} // namespace
} // namespace farboot::rootfs::testing_fetch
