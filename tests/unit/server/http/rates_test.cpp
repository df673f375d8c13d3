#include "server/http/impl/rates.hpp"

#include <gtest/gtest.h>

using namespace farboot::server::http;
using std::chrono::seconds;

namespace
{

const Rates::Time start = Rates::Time(seconds(1000));

} // namespace

TEST(Rates, AreOffUnlessTheyAreSet)
{
    const Limits limits;
    Rates rates(limits);
    for (int i = 0; i < 10'000; ++i)
        ASSERT_EQ(rates.take("192.0.2.1", start), seconds(0));
}

TEST(Rates, GiveABurstAndThenSoManyInASecond)
{
    Limits limits;
    limits.requests_per_second = 2;
    limits.request_burst = 3;
    Rates rates(limits);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(rates.take("192.0.2.1", start), seconds(0));
    EXPECT_EQ(rates.take("192.0.2.1", start), seconds(1));
    EXPECT_EQ(rates.take("192.0.2.2", start), seconds(0)) << "another address";
    EXPECT_EQ(rates.take("192.0.2.1", start + seconds(1)), seconds(0));
    EXPECT_EQ(rates.take("192.0.2.1", start + seconds(1)), seconds(0));
    EXPECT_GT(rates.take("192.0.2.1", start + seconds(1)), seconds(0));
}

TEST(Rates, WhatIsRefusedIsNotCounted)
{
    Limits limits;
    limits.requests_per_second = 1;
    limits.request_burst = 1;
    Rates rates(limits);
    EXPECT_EQ(rates.take("192.0.2.1", start), seconds(0));
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(rates.take("192.0.2.1", start), seconds(1));
    EXPECT_EQ(rates.take("192.0.2.1", start + seconds(1)), seconds(0));
}

TEST(Rates, BytesAreCountedAfterwards)
{
    Limits limits;
    limits.bytes_per_second = 1000;
    limits.byte_burst_seconds = 10;
    Rates rates(limits);
    EXPECT_EQ(rates.take("192.0.2.1", start), seconds(0));
    rates.sent("192.0.2.1", 25'000, start);
    EXPECT_EQ(rates.take("192.0.2.1", start), seconds(15));
    EXPECT_EQ(rates.take("192.0.2.1", start + seconds(15)), seconds(0));
}

TEST(Rates, AnIpv6NetworkIsOneAddress)
{
    EXPECT_EQ(counted_as("2001:db8:1:2:3:4:5:6"), counted_as("2001:db8:1:2::1"));
    EXPECT_NE(counted_as("2001:db8:1:2::1"), counted_as("2001:db8:1:3::1"));
    EXPECT_EQ(counted_as("192.0.2.1"), "192.0.2.1");
}

TEST(Rates, ForgetWhoHasBeenSilent)
{
    Limits limits;
    limits.requests_per_second = 100;
    Rates rates(limits);
    for (int minute = 0; minute < 20; ++minute)
        for (int i = 0; i < 1000; ++i)
            ASSERT_EQ(rates.take(std::to_string(minute) + "-" + std::to_string(i), start + seconds(60 * minute)),
                      seconds(0));
    EXPECT_LE(rates.size(), 3000U);
}
