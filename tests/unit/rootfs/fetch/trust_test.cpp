#include "tests/reserved_port.hpp"
#include "tests/unit/rootfs/fetch/fixture.hpp"

#include <sys/socket.h>
#include <unistd.h>

/// Whom the client believes, and what it says when there is nobody to believe.
namespace farboot::rootfs::testing_fetch
{
namespace
{

using namespace std::chrono_literals;

class Trust : public Fetch
{
protected:
    /// Asks a server of this identity, with and without a look at the dates.
    Result<HttpResponse> ask(const Identity& identity, bool check_dates,
                             const std::function<void(SSL_CTX*)>& set_up = {})
    {
        TlsServer server(&identity, [](Peer& peer, const std::string&) { peer.answer("200 OK", "hello"); }, set_up);
        HttpClient client({ca_file_, check_dates});
        return client.fetch_ok(get(server.url()));
    }
};

TEST_F(Trust, AcceptsACertificateOfItsAuthority)
{
    auto answer = ask(identity_, true);
    ASSERT_TRUE(answer) << answer.error().sentence;
    EXPECT_EQ(answer->body, "hello");
}

TEST_F(Trust, RefusesAnExpiredCertificateUnlessTheClockIsUnknown)
{
    Identity expired = authority_.issue("IP:127.0.0.1", -20, -10);
    EXPECT_THAT(ask(expired, true), Failed("tls", "certificate has expired"));
    EXPECT_TRUE(ask(expired, false));
}

TEST_F(Trust, RefusesACertificateOfTheFutureUnlessTheClockIsUnknown)
{
    // what every certificate is to a computer whose clock stands in 1970
    Identity future = authority_.issue("IP:127.0.0.1", 10, 20);
    EXPECT_THAT(ask(future, true), Failed("tls", "not yet valid"));
    EXPECT_TRUE(ask(future, false));
}

TEST_F(Trust, RefusesAnotherAuthorityWithAndWithoutAClock)
{
    Identity foreign = Authority().issue();
    for (bool check_dates : {true, false})
        EXPECT_THAT(ask(foreign, check_dates), Failed("tls", "could not prove who it is"));
}

TEST_F(Trust, RefusesAnotherNameWithAndWithoutAClock)
{
    Identity elsewhere = authority_.issue("DNS:other.example");
    for (bool check_dates : {true, false})
        EXPECT_THAT(ask(elsewhere, check_dates), Failed("tls", "could not prove who it is"));
}

TEST_F(Trust, RefusesTls11)
{
    auto only_old = [](SSL_CTX* context) {
        SSL_CTX_set_security_level(context, 0);
        SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
    };
    EXPECT_THAT(ask(identity_, true, only_old), Failed("tls", "could not prove who it is"));
}

TEST_F(Trust, RefusesAMissingAuthorityFile)
{
    TlsServer server(&identity_, [](Peer& peer, const std::string&) { peer.answer("200 OK", ""); });
    HttpClient client({folder_.path() / "none.pem", true});
    EXPECT_THAT(client.fetch(get(server.url())), Failed("tls", "trusted authorities could not be read"));
}

TEST_F(Trust, RefusesPlainHttpOnATlsPort)
{
    // a server that reads a ClientHello as a request and answers in clear
    SilentSocket socket;
    std::thread answering([&] {
        int connection = ::accept(socket.descriptor(), nullptr, nullptr);
        char hello[512];
        EXPECT_GT(::read(connection, hello, sizeof hello), 0);
        std::string text = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
        EXPECT_GT(::send(connection, text.data(), text.size(), MSG_NOSIGNAL), 0);
        while (::read(connection, hello, sizeof hello) > 0)
            ;
        ::close(connection);
    });
    HttpClient client(trust_);
    EXPECT_THAT(client.fetch(get(fmt::format("https://127.0.0.1:{}/", socket.port()))),
                Failed("tls", "could not prove who it is"));
    answering.join();
}

TEST_F(Trust, CallsAConnectionThatEndsInTheHandshakeUnreachable)
{
    SilentSocket socket;
    std::thread closing([&] {
        int connection = ::accept(socket.descriptor(), nullptr, nullptr);
        char hello[4096];
        EXPECT_GT(::read(connection, hello, sizeof hello), 0);
        ::close(connection);
    });
    HttpClient client(trust_);
    EXPECT_THAT(client.fetch(get(fmt::format("https://127.0.0.1:{}/", socket.port()))),
                Failed("unreachable", "does not answer"));
    closing.join();
}

TEST_F(Trust, GivesUpOnAHandshakeThatNeverComes)
{
    SilentSocket socket;
    HttpClient client(trust_);
    auto request = get(fmt::format("https://127.0.0.1:{}/", socket.port()));
    request.connect_timeout = 200ms;
    EXPECT_THAT(client.fetch(request), Failed("unreachable", "does not answer"));
}

TEST_F(Trust, CallsARefusedConnectionUnreachable)
{
    const auto port = test::reserved_port(); // nobody listens there
    HttpClient client(trust_);
    EXPECT_THAT(client.fetch(get(fmt::format("https://127.0.0.1:{}/", port))),
                Failed("unreachable", "Check the network and that the server runs"));
}

TEST_F(Trust, CallsANameThatNobodyKnowsUnreachable)
{
    HttpClient client(trust_);
    EXPECT_THAT(client.fetch(get("https://nobody.invalid/")), Failed("unreachable", "name could not be looked up"));
}

} // namespace
} // namespace farboot::rootfs::testing_fetch
