#include "tests/integration/server/server_process.hpp"

#include <nlohmann/json.hpp>

#include <csignal>

using namespace farboot::test;
using nlohmann::json;

namespace
{

class ProxiesTest : public ServerTest
{
protected:
    void restart(std::vector<std::string> options)
    {
        server_->send(SIGTERM);
        server_->wait();
        more_options_ = std::move(options);
        start();
    }
    /// Whom the log names as the client of a request that fails.
    bool logged_as(const Headers& headers, const std::string& client)
    {
        EXPECT_EQ(request("GET", "/none", "", headers).status, 404);
        return eventually(
            [&] { return log().find("status=404 code=not-found client=" + client + " ") != std::string::npos; });
    }
};

} // namespace

TEST_F(ProxiesTest, NobodyIsBelievedUnlessListed)
{
    EXPECT_TRUE(logged_as({{"X-Forwarded-For", "10.1.2.3"}}, "127.0.0.1"));
    restart({"--proxy", "10.0.0.0/8", "--proxy", "::1"});
    EXPECT_TRUE(logged_as({{"X-Forwarded-For", "10.1.2.3"}}, "127.0.0.1"));
    EXPECT_EQ(log().find("client=10.1.2.3"), std::string::npos);
}

TEST_F(ProxiesTest, AListedOneIsBelievedForWhatItHasAdded)
{
    restart({"--proxy", "127.0.0.0/8", "--proxy", "10.9.0.0/16"});
    EXPECT_TRUE(logged_as({{"X-Forwarded-For", "192.0.2.7, 10.1.2.3, 10.9.0.1"}}, "10.1.2.3"));
    EXPECT_TRUE(logged_as({{"X-Forwarded-For", "192.0.2.7"}, {"X-Forwarded-For", "2001:DB8::5"}}, "2001:db8::5"));
    EXPECT_EQ(log().find("192.0.2.7"), std::string::npos);
    EXPECT_TRUE(logged_as({{"X-Forwarded-For", "nonsense"}}, "127.0.0.1"));
}

TEST_F(ProxiesTest, WhatIsNoSubnetIsRefused)
{
    for (const char* text : {"localhost", "10.0.0.1/8", "10.0.0.0/40", ""})
        EXPECT_NE(command({"run", "--store", store().string(), "--proxy", text}), 0) << text;
}
