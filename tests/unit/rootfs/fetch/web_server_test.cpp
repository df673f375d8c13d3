#include "tests/reserved_port.hpp"
#include "tests/unit/rootfs/fetch/fixture.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <csignal>
#include <future>

extern char** environ;

/// The same against a real web server, as a store has it.
namespace farboot::rootfs::testing_fetch
{
namespace
{

using namespace std::chrono_literals;

class WebServer : public Fetch
{
protected:
    void SetUp() override
    {
        nginx_ = std::filesystem::exists("/usr/sbin/nginx") ? "/usr/sbin/nginx" : "";
        if (nginx_.empty())
            GTEST_SKIP() << "needs Debian's package nginx-light, or another of nginx";
        for (int i = 0; i < 100'000; ++i)
            pack_ += fmt::format("{:06} ", i);
        folder_.write("pack", pack_);
        folder_.write("server.pem", identity_.certificate);
        folder_.write("server.key", identity_.key);
        port_ = test::reserved_port();
        auto configuration = folder_.write("nginx.conf", fmt::format(R"(
            daemon off; master_process off; pid {0}/pid; error_log {0}/error.log;
            events {{ worker_connections 64; }}
            http {{
              access_log off; client_body_temp_path {0}/body; proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/fastcgi;
              uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;
              server {{
                listen 127.0.0.1:{1} ssl http2; ssl_certificate {0}/server.pem; ssl_certificate_key {0}/server.key;
                root {0}; keepalive_requests 50;
                add_header Connection-Number $connection always;
                location = /protocol {{ return 200 $server_protocol; }}
                location /slow/ {{ alias {0}/; limit_rate 300k; }}
                location /trickle/ {{ alias {0}/; limit_rate_after 2k; limit_rate 1; }}
              }}
            }})",
                                                                     folder_.path().string(), port_));
        std::vector<std::string> words{nginx_, "-e", folder_.path() / "error.log", "-c", configuration};
        std::vector<char*> arguments;
        for (auto& word : words)
            arguments.push_back(word.data());
        arguments.push_back(nullptr);
        ASSERT_EQ(::posix_spawn(&process_, nginx_.c_str(), nullptr, nullptr, arguments.data(), environ), 0);
        wait_until_it_listens();
    }
    void TearDown() override
    {
        if (process_ > 0) {
            ::kill(process_, SIGKILL);
            ::waitpid(process_, nullptr, 0);
        }
    }

    void wait_until_it_listens()
    {
        HttpClient client(trust_);
        auto deadline = std::chrono::steady_clock::now() + 60s;
        while (!client.fetch(get(url("/protocol")))) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "nginx did not start";
            ASSERT_EQ(::waitpid(process_, nullptr, WNOHANG), 0) << "nginx ended";
            std::this_thread::sleep_for(20ms);
        }
    }
    [[nodiscard]] std::string url(const std::string& path) const
    {
        return fmt::format("https://127.0.0.1:{}{}", port_, path);
    }

    /// The number of the connection over which something comes now.
    [[nodiscard]] std::string connection_of(HttpClient& client) const
    {
        auto request = get(url("/protocol"));
        request.keep_header = "Connection-Number";
        const auto answer = client.fetch_ok(request);
        EXPECT_TRUE(answer) << answer.error().sentence;
        return answer ? answer->kept_header : "";
    }
    /// The whole pack, at 300 KB a second.
    [[nodiscard]] std::future<Result<HttpResponse>> start_slow_pack(HttpClient& client) const
    {
        auto request = get(url("/slow/pack"));
        request.max_body = pack_.size();
        request.keep_header = "Connection-Number";
        auto promise = std::make_shared<std::promise<Result<HttpResponse>>>();
        client.start(request, [promise](Result<HttpResponse> result) { promise->set_value(std::move(result)); });
        return promise->get_future();
    }
    void expect_whole(Result<HttpResponse> pack, const std::string& connection) const
    {
        ASSERT_TRUE(pack) << pack.error().sentence;
        EXPECT_EQ(pack->body, pack_);
        EXPECT_EQ(pack->kept_header, connection);
    }

    std::string nginx_;
    std::string pack_;
    int port_ = 0;
    pid_t process_ = -1;
};

TEST_F(WebServer, IsSpokenToInHttp2WhereItOffersIt)
{
    HttpClient client(trust_);
    auto answer = client.fetch_ok(get(url("/protocol")));
    ASSERT_TRUE(answer) << answer.error().sentence;
    EXPECT_EQ(answer->body, "HTTP/2.0");
    EXPECT_EQ(answer->protocol, "HTTP/2");
}

TEST_F(WebServer, IsSpokenToInHttp11ForAConnectionOfItsOwn)
{
    HttpClient client(trust_);
    auto request = get(url("/protocol"));
    request.own_connection = true;
    auto answer = client.fetch_ok(request);
    ASSERT_TRUE(answer) << answer.error().sentence;
    EXPECT_EQ(answer->body, "HTTP/1.1");
    EXPECT_EQ(answer->protocol, "HTTP/1.1");
}

TEST_F(WebServer, TakesRequestsBesideOneThatIsGivenUp)
{
    HttpClient client(trust_);
    const auto connection = connection_of(client);
    auto pack = start_slow_pack(client);
    std::uint64_t pieces = 0;
    auto another = get(url("/slow/pack"));
    another.max_body = pack_.size();
    EXPECT_THAT(client.stream(another, [&](Bytes) { return ++pieces < 2; }), Failed("cancelled", "was cancelled"));
    EXPECT_EQ(connection_of(client), connection);
    expect_whole(pack.get(), connection);
    EXPECT_EQ(connection_of(client), connection);
}

TEST_F(WebServer, TakesRequestsBesideOneThatStalls)
{
    HttpClient client(trust_);
    const auto connection = connection_of(client);
    auto pack = start_slow_pack(client);
    auto stalls = get(url("/trickle/pack"));
    stalls.max_body = pack_.size();
    stalls.least_bytes = 100;
    stalls.stall_timeout = 1200ms;
    EXPECT_THAT(client.fetch(stalls), Failed("stalled", "nothing came for 1.2 seconds after"));
    expect_whole(pack.get(), connection);
    EXPECT_EQ(connection_of(client), connection);
}

TEST_F(WebServer, IsAskedOverAnotherConnectionWhereOneHasFallenSilent)
{
    HttpClient client(trust_);
    const auto connection = connection_of(client);
    ASSERT_EQ(connection_of(client), connection);
    ::kill(process_, SIGSTOP); // the kernel goes on taking bytes for it
    auto stalls = get(url("/protocol"));
    stalls.stall_timeout = 1200ms;
    EXPECT_THAT(client.fetch(stalls), Failed("stalled", "nothing came"));
    ::kill(process_, SIGCONT);
    EXPECT_NE(connection_of(client), connection);
}

/// After keepalive_requests nginx lets a connection go (GOAWAY).
TEST_F(WebServer, MayEndConnectionsAfterSoManyRequests)
{
    HttpClient client(trust_, 16);
    const auto connection = connection_of(client);
    std::vector<std::promise<Result<HttpResponse>>> answers(400);
    for (std::size_t i = 0; i < answers.size(); ++i)
        client.start(get_range(url("/pack"), i * 1'000, 1'000),
                     [&answer = answers[i]](auto result) { answer.set_value(std::move(result)); });
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const auto answer = answers[i].get_future().get();
        ASSERT_TRUE(answer) << i << ": " << answer.error().sentence;
        EXPECT_EQ(answer->body, pack_.substr(i * 1'000, 1'000)) << i;
    }
    EXPECT_NE(connection_of(client), connection);
}

TEST_F(WebServer, GivesRangesOfAPackAllAtOnce)
{
    HttpClient client(trust_);
    std::vector<std::promise<Result<HttpResponse>>> answers(32);
    for (std::size_t i = 0; i < answers.size(); ++i)
        client.start(get_range(url("/pack"), i * 20'000, 16'384),
                     [&answer = answers[i]](auto result) { answer.set_value(std::move(result)); });
    for (std::size_t i = 0; i < answers.size(); ++i) {
        auto answer = answers[i].get_future().get();
        ASSERT_TRUE(answer) << answer.error().sentence;
        EXPECT_EQ(answer->body, pack_.substr(i * 20'000, 16'384)) << i;
        EXPECT_FALSE(answer->etag.empty());
    }
    EXPECT_THAT(client.fetch_ok(get_range(url("/pack"), pack_.size(), 10)), Failed("http-416", "416"));
    // a range that the file ends in comes short, which is not what was asked for
    EXPECT_THAT(client.fetch_ok(get_range(url("/pack"), pack_.size() - 5, 10)), Failed("range-ignored", "10 bytes"));
}

TEST_F(WebServer, ThatDiesInTheMiddleIsTruncatedOrUnreachable)
{
    HttpClient client(trust_);
    auto request = get(url("/pack"));
    request.max_body = pack_.size();
    bool killed = false;
    std::size_t received = 0;
    auto answer = client.stream(request, [&](Bytes piece) {
        received += piece.size();
        if (!killed) {
            killed = true;
            ::kill(process_, SIGKILL);
            ::waitpid(process_, nullptr, 0);
            process_ = -1;
        }
        return true;
    });
    // all of it may have been in the sockets' buffers by then
    if (received < pack_.size())
        EXPECT_THAT(answer, Failed("truncated", "Try again"));
    else
        EXPECT_TRUE(answer);
    EXPECT_THAT(client.fetch(get(url("/pack"))), Failed("unreachable", "does not answer"));
}

} // namespace
} // namespace farboot::rootfs::testing_fetch
