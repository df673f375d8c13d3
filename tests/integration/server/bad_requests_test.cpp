#include "tests/integration/server/server_process.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <deque>

using namespace farboot::test;
using testing::HasSubstr;

namespace
{

class BadRequests : public ServerTest
{
protected:
    /// The status of the answer to raw bytes.
    int raw(std::string_view bytes)
    {
        auto client = connect();
        client.send(bytes);
        return client.receive().status;
    }
};

} // namespace

TEST_F(BadRequests, HugeHeadersGet431AndALogLine)
{
    EXPECT_EQ(raw(request_text("GET", "/healthz", "", {{"X-Long", std::string(15'000, 'x')}})), 200);
    EXPECT_EQ(raw(request_text("GET", "/healthz", "", {{"X-Long", std::string(17'000, 'x')}})), 431);
    EXPECT_EQ(raw("GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 431);
    EXPECT_TRUE(eventually(
        [&] { return log().find("status=431 code=header-too-large client=127.0.0.1") != std::string::npos; }));
}

TEST_F(BadRequests, WhatIsNotHttpGets400)
{
    for (const char* bytes :
         {"nonsense\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", "GET / HTTP/9.9\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\r\nHost a\r\n\r\n",
          "POST /api/v1/statement HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
          "POST /api/v1/statement HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
          "POST /api/v1/statement HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: "
          "chunked\r\n\r\n0\r\n\r\n"})
        EXPECT_EQ(raw(bytes), 400) << bytes;
    EXPECT_EQ(request("GET", "/healthz").status, 200);
}

TEST_F(BadRequests, TraversalIsRefused)
{
    write_whole(folder_.path / "secret", "secret");
    write_whole(web() / ".hidden", "secret");
    write_whole(web() / "menu/.hidden", "secret");
    write_whole(store() / "v1/notes", "secret");
    for (const char* path :
         {"/../secret", "/menu/../../secret", "/menu/%2e%2e/%2e%2e/secret", "/menu/..%2f..%2fsecret",
          "/menu/..%5csecret", "/menu/%00", "/menu//etc/passwd", "/menu/./index.html", "/store/v1/../../data/ca.key"}) {
        const auto answer = request("GET", path);
        EXPECT_EQ(answer.status, 400) << path;
        EXPECT_THAT(answer.body, HasSubstr("target-malformed"));
    }
    for (const char* path : {"/menu/.hidden", "/.hidden", "/store/v1/notes", "/store/v1/", "/store/data/ca.key",
                             "/store/v1/files/short", "/data/ca.key", "/api/v2/menu", "/menu/assets"})
        EXPECT_EQ(request("GET", path).status, 404) << path;
    EXPECT_THAT(log(), HasSubstr("path=\"/menu/..%2f..%2fsecret\" status=400"));
}

TEST_F(BadRequests, BadJsonGets400)
{
    for (const char* body :
         {"{", "[]", "null", "{\"nonce\": 5}", "{\"nonce\": \"short\"}", "{\"nonce\": \"AAAAAAAAAAAAAAAAAAA\"}"})
        EXPECT_EQ(request("POST", "/api/v1/statement", body).status, 400) << body;
    for (const std::string& body :
         {std::string("{"), std::string("5"), std::string(1'000'000, '['), std::string("{\"kind\": \"\xff\"}")})
        EXPECT_EQ(admin("POST", "/api/v1/entries", body).status, 400) << body.substr(0, 20);
    for (const char* path : {"/api/v1/statement", "/api/v1/entries"})
        EXPECT_THAT(log(), HasSubstr(std::string("path=\"") + path + "\" status=400"));
}

TEST_F(BadRequests, BodiesHaveALimit)
{
    const auto answer = admin("POST", "/api/v1/entries", std::string((1 << 20) + 1, ' '));
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(answer.headers.at("connection"), "close");
    EXPECT_EQ(request("POST", "/api/v1/statement", std::string(5000, ' ')).status, 413);
    EXPECT_EQ(request("GET", "/healthz", "body").status, 413);
    std::string chunked = "POST /api/v1/statement HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    chunked += "2000\r\n" + std::string(0x2000, ' ') + "\r\n0\r\n\r\n";
    EXPECT_EQ(raw(chunked), 413);
}

TEST_F(BadRequests, UnknownMethodsGet405)
{
    for (const char* method : {"DELETE", "PATCH", "OPTIONS", "BREW"}) {
        const auto answer = request(method, "/healthz");
        EXPECT_EQ(answer.status, 405) << method;
        EXPECT_EQ(answer.headers.at("allow"), "GET, HEAD");
    }
}

TEST_F(BadRequests, TheConnectionStaysUsableAfterAnError)
{
    auto client = connect();
    for (int i = 0; i < 3; ++i) {
        client.send(request_text("GET", "/none", "", {}));
        EXPECT_EQ(client.receive().status, 404);
        client.send(request_text("GET", "/healthz", "", {}) + request_text("HEAD", "/healthz", "", {}));
        EXPECT_EQ(client.receive().body, "ok\n");
        EXPECT_EQ(client.receive(true).status, 200);
    }
}

TEST_F(BadRequests, WhoAsksBeforeSendingIsToldToGoOn)
{
    auto client = connect();
    const std::string body = R"({"nonce": "AAAAAAAAAAAAAAAAAAAAAA=="})";
    client.send(
        fmt::format("POST /api/v1/statement HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
                    body.size()));
    EXPECT_EQ(client.receive().status, 100);
    client.send(body);
    EXPECT_EQ(client.receive().status, 200);
}

TEST_F(BadRequests, SlowClientsHoldNobodyUpAndAreDropped)
{
    std::deque<TlsClient> slow;
    for (int i = 0; i < 40; ++i)
        slow.emplace_back(port_, data() / "ca.pem").send("GET /healthz HTTP/1.1\r\nX-Slow: ");
    EXPECT_EQ(request("GET", "/healthz").status, 200);
    EXPECT_TRUE(slow.front().wait_for_close());
    EXPECT_TRUE(slow.back().wait_for_close());
}
