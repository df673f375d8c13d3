#include "rootfs/s3/address.hpp"

#include <gtest/gtest.h>

namespace farboot::rootfs
{
namespace
{

std::string of(std::string_view bucket, std::string_view endpoint = "", S3Address::Style style = {},
               std::string_view region = "eu-central-1")
{
    const auto address = S3Address::of_bucket(bucket, endpoint, region, style);
    return address ? address->url() : address.error().reason;
}

TEST(S3Address, OfABucketIsAUrlThatReadersUse)
{
    EXPECT_EQ(of("s3://images/farboot/"), "https://images.s3.eu-central-1.amazonaws.com/farboot");
    EXPECT_EQ(of("s3://images"), "https://images.s3.eu-central-1.amazonaws.com");
    EXPECT_EQ(of("s3://images/a/b", "https://s3.example.org"), "https://s3.example.org/images/a/b");
    EXPECT_EQ(of("s3://images/a", "http://127.0.0.1:7480/"), "http://127.0.0.1:7480/images/a");
    EXPECT_EQ(of("s3://images/a", "https://s3.example.org", S3Address::Style::by_host),
              "https://images.s3.example.org/a");
    EXPECT_EQ(of("s3://images/a", "", S3Address::Style::by_path), "https://s3.eu-central-1.amazonaws.com/images/a");
}

TEST(S3Address, RefusesWhatNoBucketIs)
{
    for (const char* bucket :
         {"", "images", "s3://", "s3://ab", "s3://Images", "s3://a_b_c", "https://x/images", "s3://images/a b",
          "s3://images//a", "s3://images/../x", "s3://images/a?b", "s3://images/%41"})
        EXPECT_EQ(of(bucket, "https://s3.example.org"), "s3-address") << bucket;
    for (const char* endpoint : {"s3.example.org", "ftp://s3.example.org", "https://", "https://user@host"})
        EXPECT_EQ(of("s3://images", endpoint), "s3-address") << endpoint;
    EXPECT_EQ(of("s3://images", "", {}, "../x"), "s3-address");
}

TEST(S3Address, HasTheHostAsItIsSigned)
{
    const auto host = [](std::string_view url) { return S3Address::parse(url)->host; };
    EXPECT_EQ(host("https://S3.Example.org:443/x"), "s3.example.org");
    EXPECT_EQ(host("http://s3.example.org:80/x"), "s3.example.org");
    EXPECT_EQ(host("https://s3.example.org:80/x"), "s3.example.org:80");
    EXPECT_EQ(host("http://[::1]:7480/x"), "[::1]:7480");
    EXPECT_EQ(S3Address::parse("https://h/a/b//")->path, "/a/b");
}

} // namespace
} // namespace farboot::rootfs
