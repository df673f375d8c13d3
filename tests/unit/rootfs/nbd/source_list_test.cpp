#include "rootfs/nbd/source_set.hpp"

#include <gtest/gtest.h>

namespace farboot::rootfs
{
namespace
{

TEST(SourceList, TakesAbsoluteUrlsInOrder)
{
    const auto sources = parse_sources(
        R"({"version": 1, "sources": [{"url": "https://a.example/store/"}, {"url": "http://10.0.0.1:8080/store", "more": 1}]})");
    ASSERT_TRUE(sources) << sources.error().sentence;
    EXPECT_EQ(sources->tokens, "");
    EXPECT_EQ(sources->urls, (std::vector<std::string>{"https://a.example/store", "http://10.0.0.1:8080/store"}));
}

class BadSourceList : public testing::TestWithParam<const char*>
{
};

TEST_P(BadSourceList, IsRefused)
{
    const auto sources = parse_sources(GetParam());
    ASSERT_FALSE(sources);
    EXPECT_EQ(sources.error().reason, "sources-malformed");
}

INSTANTIATE_TEST_SUITE_P(Each, BadSourceList,
                         testing::Values("", "[]", "{}", R"({"version": 2, "sources": [{"url": "https://a/store"}]})",
                                         R"({"version": 1, "sources": []})",
                                         R"({"version": 1, "sources": ["https://a/store"]})",
                                         R"({"version": 1, "sources": [{"url": 7}]})",
                                         R"({"version": 1, "sources": [{"url": "/store"}]})",
                                         R"({"version": 1, "sources": [{"url": "store"}]})",
                                         R"({"version": 1, "sources": [{"url": "file:///etc/passwd"}]})",
                                         R"({"version": 1, "sources": [{"url": "https:///store"}]})",
                                         R"({"version": 1, "sources": [{"url": "https://user:secret@a/store"}]})",
                                         R"({"version": 1, "sources": [{"url": "https://a/store?token=1"}]})",
                                         R"({"version": 1, "sources": [{"url": "https://a/st ore"}]})",
                                         R"({"version": 1, "sources": [{"url": "https://a/store\r\nX: 1"}]})"));

TEST(SourceList, RefusesTooManySources)
{
    std::string list;
    for (int i = 0; i < 17; ++i)
        list += (i == 0 ? "" : ", ") + std::string(R"({"url": "https://a/store"})");
    EXPECT_FALSE(parse_sources(R"({"version": 1, "sources": [)" + list + "]}"));
}

} // namespace
} // namespace farboot::rootfs
