#include "rootfs/base/digest.hpp"
#include "tests/integration/server/server_process.hpp"
#include "tests/integration/server/tls_client.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <random>

using namespace farboot;
using namespace farboot::test;

namespace
{

/// What a connection carries is the file's bytes, whatever TLS does meanwhile.
class Tls : public ServerTest
{
protected:
    void SetUp() override
    {
        std::mt19937_64 random(3);
        while (content_.size() < 9'000'001)
            content_ += static_cast<char>(random());
        name_ = sha256(as_bytes(content_)).hex();
        write_whole(store() / "v1/packs" / name_.substr(0, 2) / name_, content_);
        ServerTest::SetUp();
    }
    [[nodiscard]] std::string get(std::size_t first, std::size_t last) const
    {
        return fmt::format("GET /store/v1/packs/{}/{} HTTP/1.1\r\nHost: x\r\nRange: bytes={}-{}\r\n\r\n",
                           name_.substr(0, 2), name_, first, last);
    }

    std::string content_;
    std::string name_;
};

} // namespace

TEST_F(Tls, OldVersionsAreRefusedAndNewOnesServed)
{
    for (const int version : {TLS1_VERSION, TLS1_1_VERSION})
        EXPECT_THROW(TlsClient(port_, data() / "ca.pem", version), std::runtime_error);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsClient client(port_, data() / "ca.pem", version);
        ASSERT_TRUE(client.send(get(5, 400'000)));
        EXPECT_TRUE(client.receive().body == content_.substr(5, 399'996));
    }
}

TEST_F(Tls, KeysAreRenewedBetweenAnswers)
{
    TlsClient client(port_, data() / "ca.pem", TLS1_3_VERSION);
    for (std::size_t i = 0; i < 20; ++i) {
        ASSERT_TRUE(client.renew_keys());
        ASSERT_TRUE(client.send(get(i, i + 299'999)));
        EXPECT_TRUE(client.receive().body == content_.substr(i, 300'000)) << i;
    }
}

/// The kernel's buffers are full long before: the server waits for the client, and goes on.
TEST_F(Tls, AClientThatReadsLateGetsAllOfIt)
{
    TlsClient client(port_, data() / "ca.pem");
    ASSERT_TRUE(client.send(get(0, content_.size() - 1) + get(7, 7)));
    ASSERT_TRUE(client.wait_for_bytes());
    TlsClient other(port_, data() / "ca.pem");
    ASSERT_TRUE(other.send(get(1, 1))); // by now the first one's answer stands still, or comes in full; both are right
    EXPECT_EQ(other.receive().body, content_.substr(1, 1));
    EXPECT_TRUE(client.receive().body == content_);
    EXPECT_EQ(client.receive().body, content_.substr(7, 1));
}

TEST_F(Tls, RequestsInOneRecordAreAnsweredInOrder)
{
    TlsClient client(port_, data() / "ca.pem");
    std::string requests;
    for (std::size_t i = 0; i < 50; ++i)
        requests += get(i * 1000, i * 1000 + 99);
    ASSERT_TRUE(client.send(requests));
    for (std::size_t i = 0; i < 50; ++i)
        EXPECT_EQ(client.receive().body, content_.substr(i * 1000, 100)) << i;
}
