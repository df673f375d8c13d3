#include "rootfs/base/url.hpp"

#include <gtest/gtest.h>

using farboot::host_of;

TEST(HostOf, IsTheHostAndNothingElseOfAnAddress)
{
    EXPECT_EQ(host_of("https://boot.example.org/store"), "boot.example.org");
    EXPECT_EQ(host_of("https://boot.example.org:8443/store/of:all"), "boot.example.org");
    EXPECT_EQ(host_of("http://[2001:db8::7]:8080/store"), "[2001:db8::7]");
    EXPECT_EQ(host_of("http://10.0.2.2"), "10.0.2.2");
}
