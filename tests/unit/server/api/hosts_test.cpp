#include "server/api/hosts.hpp"

#include <gtest/gtest.h>

using namespace farboot::server;

namespace
{

std::string origin(const std::string& host, bool tls = true)
{
    http::Request request;
    request.headers = {{"host", host}};
    request.port = 8443;
    request.tls = tls;
    return api::Hosts({"pxe.example.org", "10.0.2.2", "::1"}).origin(request);
}

} // namespace

TEST(Hosts, OurNamesAreKeptAsTheClientWroteThem)
{
    EXPECT_EQ(origin("10.0.2.2:8443"), "https://10.0.2.2:8443");
    EXPECT_EQ(origin("PXE.example.org:9000"), "https://pxe.example.org:9000"); // a forwarded port
    EXPECT_EQ(origin("pxe.example.org"), "https://pxe.example.org");
    EXPECT_EQ(origin("pxe.example.org:443"), "https://pxe.example.org");
    EXPECT_EQ(origin("[::1]:8443"), "https://[::1]:8443");
    EXPECT_EQ(origin("10.0.2.2:80", false), "http://10.0.2.2");
}

TEST(Hosts, OtherNamesAreReplaced)
{
    for (const char* host :
         {"evil.example:1", "", "[", "[::1", "10.0.2.2.evil", "pxe.example.org/x", "pxe.example.org@evil", ":8443"})
        EXPECT_EQ(origin(host), "https://pxe.example.org:8443") << host;
}
