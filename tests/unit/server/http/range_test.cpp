#include "server/http/range.hpp"

#include <gtest/gtest.h>

using namespace farboot::server::http;
using Kind = Range::Kind;

TEST(Ranges, WithoutOneAllIsSent)
{
    EXPECT_EQ(parse_range(std::nullopt, 10), (Range{Kind::whole, 0, 10}));
}

TEST(Ranges, Parts)
{
    EXPECT_EQ(parse_range("bytes=0-0", 10), (Range{Kind::part, 0, 1}));
    EXPECT_EQ(parse_range("bytes=2-5", 10), (Range{Kind::part, 2, 4}));
    EXPECT_EQ(parse_range("bytes=2-", 10), (Range{Kind::part, 2, 8}));
    EXPECT_EQ(parse_range("bytes=2-99", 10), (Range{Kind::part, 2, 8}));
    EXPECT_EQ(parse_range("bytes=-3", 10), (Range{Kind::part, 7, 3}));
    EXPECT_EQ(parse_range("bytes=-30", 10), (Range{Kind::part, 0, 10}));
    EXPECT_EQ(parse_range("bytes=9-18446744073709551615", 10), (Range{Kind::part, 9, 1}));
}

TEST(Ranges, BehindTheEnd)
{
    EXPECT_EQ(parse_range("bytes=10-", 10).kind, Kind::unsatisfiable);
    EXPECT_EQ(parse_range("bytes=10-20", 10).kind, Kind::unsatisfiable);
    EXPECT_EQ(parse_range("bytes=-0", 10).kind, Kind::unsatisfiable);
    EXPECT_EQ(parse_range("bytes=0-0", 0).kind, Kind::unsatisfiable);
}

TEST(Ranges, NonsenseAndSeveralRangesAreIgnored)
{
    for (const char* header :
         {"bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=1", "bytes=0-1,3-4", "chunks=0-1", "bytes=+1-2",
          "bytes=1-2x", "bytes=99999999999999999999-", "bytes=-99999999999999999999"})
        EXPECT_EQ(parse_range(header, 10), (Range{Kind::whole, 0, 10})) << header;
}

TEST(Etags, ListsAreCompared)
{
    EXPECT_TRUE(etag_matches("\"a\"", "\"a\""));
    EXPECT_TRUE(etag_matches("\"b\", W/\"a\"", "\"a\""));
    EXPECT_TRUE(etag_matches("*", "\"a\""));
    EXPECT_FALSE(etag_matches("", "\"a\""));
    EXPECT_FALSE(etag_matches("\"ab\"", "\"a\""));
    EXPECT_FALSE(etag_matches("a", "\"a\""));
}
