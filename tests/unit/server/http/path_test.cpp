#include "server/http/path.hpp"

#include <gtest/gtest.h>

using farboot::server::http::parse_target;

TEST(Target, PathsAreDecodedOnce)
{
    EXPECT_EQ(parse_target("/")->path, "/");
    EXPECT_EQ(parse_target("/menu/")->path, "/menu/");
    EXPECT_EQ(parse_target("/a%20b/%C3%BC")->path, "/a b/ü");
    EXPECT_EQ(parse_target("/a%2541")->path, "/a%41");
    EXPECT_EQ(parse_target("/...")->path, "/...");
    EXPECT_EQ(parse_target("/a+b")->path, "/a+b");
}

class Refused : public testing::TestWithParam<const char*>
{
};

TEST_P(Refused, IsNotAnAddress)
{
    const auto target = parse_target(GetParam());
    ASSERT_FALSE(target);
    EXPECT_EQ(target.error().reason, "target-malformed");
}

INSTANTIATE_TEST_SUITE_P(Target, Refused,
                         testing::Values("", "menu", "*", "http://host/menu", "/..", "/a/../b", "/a/..", "/./a", "/a/.",
                                         "/%2e%2e/a", "/.%2E/a", "/a%2fb", "/a%2Fb", "/a%5cb", "/a\\b", "/a%00b",
                                         "/a%0ab", "/a%7f", "//a", "/a//b", "/a%", "/a%2", "/a%zz", "/a?b=%0d%0a",
                                         "/a?%"));

TEST(Target, QueriesAreDecoded)
{
    const auto target = parse_target("/api/v1/menu?for=preboot&mac=52%3A54&title=a+b&empty&=x&&for=second");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/api/v1/menu");
    EXPECT_EQ(target->parameter("for"), "preboot");
    EXPECT_EQ(target->parameter("mac"), "52:54");
    EXPECT_EQ(target->parameter("title"), "a b");
    EXPECT_EQ(target->parameter("empty"), "");
    EXPECT_EQ(target->parameter("none"), std::nullopt);
}

TEST(Target, SegmentsOfAFolderEndEmpty)
{
    using Segments = std::vector<std::string_view>;
    EXPECT_EQ(parse_target("/")->segments(), (Segments{""}));
    EXPECT_EQ(parse_target("/a/b")->segments(), (Segments{"a", "b"}));
    EXPECT_EQ(parse_target("/a/")->segments(), (Segments{"a", ""}));
}
