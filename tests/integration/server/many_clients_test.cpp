#include "tests/integration/server/many_clients.hpp"
#include "tests/integration/server/server_process.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <openssl/ssl.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <deque>
#include <fstream>
#include <sys/resource.h>
#include <thread>

using namespace farboot::test;
using testing::HasSubstr;

namespace
{

constexpr std::size_t idle_clients = 9000;
constexpr std::size_t slow_clients = 999; // a third of them each: silent, with a slow header, with a slow body
constexpr std::size_t per_address = 40;
/// What docs/security.md says that so many connections need at most.
constexpr std::size_t most_memory = 10'000 * (64UL << 10);

class ManyClients : public ServerTest, public testing::WithParamInterface<bool>
{
protected:
    static bool with_tls() { return GetParam(); }
    [[nodiscard]] std::uint16_t port() const { return with_tls() ? port_ : plain_port_; }

    void SetUp() override
    {
        std::signal(SIGPIPE, SIG_IGN);
        rlimit files{};
        ::getrlimit(RLIMIT_NOFILE, &files);
        if (files.rlim_max < 12'000) // may be raised by root
            files.rlim_max = 12'000;
        files.rlim_cur = files.rlim_max;
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &files), 0) << "this many open files are needed: 12000";
        more_options_ = {"--connections",
                         "10050",
                         "--connections-per-address",
                         std::to_string(per_address),
                         "--metrics",
                         "127.0.0.0/8",
                         "--idle-seconds",
                         "3600",
                         "--header-seconds",
                         "8",
                         "--body-seconds",
                         "8"};
        ServerTest::SetUp();
        SSL_CTX_set_mode(tls_, SSL_MODE_RELEASE_BUFFERS);
    }
    void TearDown() override { SSL_CTX_free(tls_); }

    LazyClient& come(bool shakes_hands = true)
    {
        auto& client = clients_.emplace_back(port(), static_cast<std::uint32_t>(clients_.size() / per_address) + 1);
        if (with_tls() && shakes_hands)
            client.shake_hands(tls_);
        return client;
    }

    [[nodiscard]] double number(const std::string& name)
    {
        const auto numbers = request("GET", "/metrics").body;
        const auto at = numbers.find("\n" + name + " ");
        return at == std::string::npos ? -1 : std::stod(numbers.substr(at + name.size() + 2));
    }

    /// Bytes that were resident at most.
    [[nodiscard]] std::size_t memory() const
    {
        std::ifstream status(fmt::format("/proc/{}/status", server_->pid()));
        for (std::string line; std::getline(status, line);)
            if (line.starts_with("VmHWM:"))
                return std::stoul(line.substr(6)) * 1024;
        return 0;
    }

    SSL_CTX* tls_ = SSL_CTX_new(TLS_client_method());
    std::deque<LazyClient> clients_;
};

} // namespace

TEST_P(ManyClients, IdleAndSlowOnesHoldNobodyUp)
{
    const auto menu = request("GET", "/api/v1/menu?for=preboot").body;
    ASSERT_THAT(menu, HasSubstr("entries"));
    // Somebody goes on all the time, with a connection for each request.
    std::atomic<std::size_t> answered = 0;
    std::string wrong;
    std::jthread real([&](const std::stop_token& stop) {
        while (!stop.stop_requested() && wrong.empty()) {
            const auto answer = request("GET", "/api/v1/menu?for=preboot");
            if (answer.status != 200 || answer.body != menu)
                wrong = fmt::format("{} {}", answer.status, answer.body);
            ++answered;
            std::this_thread::sleep_for(std::chrono::milliseconds(20)); // what is measured is not its own handshakes
        }
    });
    const std::string whole = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    for (std::size_t i = 0; i < idle_clients; ++i) {
        auto& client = come();
        ASSERT_TRUE(client.send(whole));
        ASSERT_THAT(client.receive_until("ok\n"), HasSubstr("200 OK"));
        client.fall_silent();
    }
    std::vector<LazyClient*> trickling;
    for (std::size_t i = 0; i < slow_clients; ++i) {
        auto& client = come(i % 3 != 0);
        if (i % 3 == 0)
            continue;
        client.send(i % 3 == 1 ? "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: "
                               : "POST /api/v1/statement HTTP/1.1\r\nHost: a\r\nContent-Length: 4096\r\n\r\n");
        trickling.push_back(&client);
    }
    EXPECT_GE(number("farboot_connections"), idle_clients);
    const auto slow_begin = clients_.begin() + idle_clients;
    const auto closed = [](const LazyClient& client) { return client.closed(); };
    // Each sends a byte now and then: that does not help it.
    EXPECT_TRUE(eventually([&] {
        for (auto* client : trickling)
            if (!client->closed())
                client->send("x");
        return std::all_of(slow_begin, clients_.end(), closed);
    })) << std::count_if(slow_begin, clients_.end(), closed);
    EXPECT_EQ(std::count_if(clients_.begin(), slow_begin, closed), 0) << "idle ones have an hour";
    EXPECT_GE(number("farboot_connections"), idle_clients);
    EXPECT_LE(memory(), most_memory);
    RecordProperty("memory", std::to_string(memory()));
    RecordProperty("answered", std::to_string(answered.load()));

    // One address has no more than its share, which it does not take from others.
    std::deque<LazyClient> greedy;
    for (std::size_t i = 0; i < per_address; ++i)
        greedy.emplace_back(port(), 65'000);
    EXPECT_TRUE(eventually([&] { return number("farboot_connections") >= idle_clients + per_address; }));
    EXPECT_TRUE(eventually([&] { return greedy.emplace_back(port(), 65'000).closed(); }));
    EXPECT_GE(number("farboot_connections_refused_total"), 1);

    clients_.clear();
    greedy.clear();
    EXPECT_TRUE(eventually([&] { return number("farboot_connections") < 10; }));
    real.request_stop();
    real.join();
    EXPECT_EQ(wrong, "");
    EXPECT_GT(answered, 10U);
}

INSTANTIATE_TEST_SUITE_P(Over, ManyClients, testing::Bool(),
                         [](const auto& each) { return std::string(each.param ? "Tls" : "PlainHttp"); });

class Idle : public ServerTest
{
};

TEST_F(Idle, ConnectionsEndAfterTheirTimeAndStalledOnesToo)
{
    server_->send(SIGTERM);
    server_->wait();
    more_options_ = {"--idle-seconds", "1", "--stall-seconds", "1"};
    write_whole(web() / "menu/assets/big.js", std::string(64UL << 20, 'x'));
    start();
    auto idle = connect();
    idle.send(request_text("GET", "/healthz", "", {}));
    EXPECT_EQ(idle.receive().status, 200);
    EXPECT_TRUE(idle.wait_for_close());
    for (const auto port : {port_, plain_port_}) {
        const std::size_t before = log().size();
        LazyClient stalled(port, 1);
        auto* tls = SSL_CTX_new(TLS_client_method());
        if (port == port_)
            stalled.shake_hands(tls);
        EXPECT_TRUE(stalled.send(request_text("GET", "/menu/assets/big.js", "", {})));
        EXPECT_TRUE(eventually([&] { return log().find("code=client-gone", before) != std::string::npos; })) << log();
        SSL_CTX_free(tls);
    }
}
