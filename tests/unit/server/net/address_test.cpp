#include "server/net/address.hpp"

#include <gtest/gtest.h>

using namespace farboot::server;

namespace
{

std::string subnet(std::string_view text)
{
    const auto parsed = Subnet::parse(text);
    return parsed ? parsed->text() : "refused";
}

bool contains(std::string_view net, std::string_view address)
{
    return Subnet::parse(net)->contains(Address::parse(address).value());
}

} // namespace

TEST(Address, IsWrittenInOneForm)
{
    EXPECT_EQ(Address::parse("10.1.2.3").value().text(), "10.1.2.3");
    EXPECT_EQ(Address::parse("2001:DB8:0:0::1").value().text(), "2001:db8::1");
    EXPECT_EQ(Address::parse("::ffff:10.1.2.3"), Address::parse("10.1.2.3"));
    EXPECT_NE(Address::parse("::10.1.2.3"), Address::parse("10.1.2.3"));
}

TEST(Address, OtherTextsAreNone)
{
    for (const char* text : {"", " ", "10.1.2", "10.1.2.3.4", "10.1.2.300", "010.1.2.3", "10.1.2.3 ",
                             ":::", "fe80::1%eth0", "2001:db8::1::2", "10.1.2.3:80", "[::1]", "localhost"})
        EXPECT_EQ(Address::parse(text), std::nullopt) << text;
    EXPECT_EQ(Address::parse(std::string_view("10.1.2.3\0x", 10)), std::nullopt);
    EXPECT_EQ(Address::parse(std::string(1'000'000, '1')), std::nullopt);
}

TEST(Subnet, IsReadAndWritten)
{
    EXPECT_EQ(subnet("10.1.0.0/16"), "10.1.0.0/16");
    EXPECT_EQ(subnet("0.0.0.0/0"), "0.0.0.0/0");
    EXPECT_EQ(subnet("10.1.2.3"), "10.1.2.3/32");
    EXPECT_EQ(subnet("2001:DB8::/33"), "2001:db8::/33");
    EXPECT_EQ(subnet("::/0"), "::/0");
    EXPECT_EQ(subnet("::1"), "::1/128");
    EXPECT_EQ(subnet("::ffff:10.0.0.0/8"), "10.0.0.0/8"); // the length is the IPv4 one's
}

TEST(Subnet, WhatIsNoneIsRefused)
{
    for (const char* text : {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8 ",
                             "10.0.0.0/8/8", "::/129", "10.0.0.0/99999999999", "10.1.0.0/8", "2001:db8::1/64", "10/8"})
        EXPECT_EQ(subnet(text), "refused") << text;
    EXPECT_NE(Subnet::parse("10.1.2.3/16").error().sentence.find("10.1.0.0/16"), std::string::npos);
}

TEST(Subnet, ContainsWhatHasItsFirstBits)
{
    EXPECT_TRUE(contains("10.1.0.0/16", "10.1.255.255"));
    EXPECT_FALSE(contains("10.1.0.0/16", "10.2.0.0"));
    EXPECT_TRUE(contains("10.1.128.0/17", "10.1.128.1"));
    EXPECT_FALSE(contains("10.1.128.0/17", "10.1.127.255"));
    EXPECT_TRUE(contains("0.0.0.0/0", "255.255.255.255"));
    EXPECT_FALSE(contains("0.0.0.0/0", "::1"));
    EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
    EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::"));
    EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
}
