#include "server/api/throttle.hpp"

#include <gtest/gtest.h>

using namespace std::chrono_literals;
using farboot::server::api::Throttle;

TEST(Throttle, SomeFailuresAreFreeThenEachCostsTime)
{
    Throttle throttle(3, 20s);
    const Throttle::Time start{};
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(throttle.wait("a", start), 0s);
        throttle.failed("a", start);
    }
    EXPECT_EQ(throttle.wait("a", start), 20s);
    EXPECT_EQ(throttle.wait("b", start), 0s);
    EXPECT_EQ(throttle.wait("a", start + 15s), 5s);
    EXPECT_EQ(throttle.wait("a", start + 20s), 0s);
    throttle.failed("a", start + 20s);
    EXPECT_EQ(throttle.wait("a", start + 20s), 20s);
    throttle.forget("a");
    EXPECT_EQ(throttle.wait("a", start + 20s), 0s);
}

TEST(Throttle, NeighboursInOneIpv6NetworkAreOne)
{
    using farboot::server::api::network_of;
    EXPECT_EQ(network_of("2001:db8::1"), network_of("2001:db8:0:0:ffff::2"));
    EXPECT_NE(network_of("2001:db8::1"), network_of("2001:db8:0:1::1"));
    EXPECT_EQ(network_of("192.0.2.1"), "192.0.2.1");
}
