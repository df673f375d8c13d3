#include "server/http/proxies.hpp"

#include <gtest/gtest.h>

using namespace farboot::server;
using http::Proxies;

namespace
{

const Proxies proxies({*Subnet::parse("127.0.0.1"), *Subnet::parse("10.9.0.0/16"), *Subnet::parse("2001:db8::/64")});

} // namespace

TEST(Proxies, OnlyTheirsCounts)
{
    EXPECT_EQ(proxies.client("127.0.0.1", {"10.1.2.3"}), "10.1.2.3");
    EXPECT_EQ(proxies.client("2001:db8::1", {"2001:DB8:1::5"}), "2001:db8:1::5");
    EXPECT_EQ(proxies.client("10.1.2.3", {"10.4.4.4"}), "10.1.2.3"); // no proxy
    EXPECT_EQ(proxies.client("127.0.0.2", {"10.4.4.4"}), "127.0.0.2");
    EXPECT_EQ(proxies.client("::1", {"10.4.4.4"}), "::1");
    EXPECT_EQ(Proxies().client("127.0.0.1", {"10.4.4.4"}), "127.0.0.1");
    EXPECT_EQ(proxies.client("127.0.0.1", {}), "127.0.0.1");
}

TEST(Proxies, TheLastOneThatIsNoProxyIsTheClient)
{
    EXPECT_EQ(proxies.client("127.0.0.1", {"1.1.1.1, 10.1.2.3"}), "10.1.2.3"); // 1.1.1.1 is the client's own word
    EXPECT_EQ(proxies.client("127.0.0.1", {"1.1.1.1,10.1.2.3 ,10.9.0.1,\t10.9.0.2"}), "10.1.2.3");
    EXPECT_EQ(proxies.client("127.0.0.1", {"1.1.1.1", "10.1.2.3"}), "10.1.2.3"); // two headers
    EXPECT_EQ(proxies.client("127.0.0.1", {"1.1.1.1", "10.1.2.3", "10.9.0.1"}), "10.1.2.3");
    EXPECT_EQ(proxies.client("127.0.0.1", {"10.9.0.1, 10.9.0.2"}), "10.9.0.1"); // a proxy asks for itself
    EXPECT_EQ(proxies.client("127.0.0.1", {"::ffff:10.9.0.1, ::ffff:10.1.2.3"}), "10.1.2.3");
}

TEST(Proxies, NonsenseLeavesWhoHasSentIt)
{
    for (const char* list : {"", " ", ",", "unknown", "10.1.2.3:80", "[2001:db8::1]", "10.1.2.3,", "10.1.2.3, x",
                             "fe80::1%eth0", "10.1.2"})
        EXPECT_EQ(proxies.client("127.0.0.1", {list}), "127.0.0.1") << list;
    EXPECT_EQ(proxies.client("127.0.0.1", {"x, 10.9.0.1"}), "10.9.0.1");
    EXPECT_EQ(proxies.client("not an address", {"10.1.2.3"}), "not an address");
}
