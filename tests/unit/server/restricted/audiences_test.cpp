#include "server/restricted/audiences.hpp"

#include <gtest/gtest.h>

namespace farboot::server
{
namespace
{

constexpr std::chrono::sys_seconds now{std::chrono::seconds(1'800'000'000)};

Audiences exam()
{
    Audiences audiences("0123456789abcdef");
    EXPECT_TRUE(audiences.add("exam=10.1.0.0/16,2001:db8:1::/48"));
    EXPECT_TRUE(audiences.add("staff=10.1.2.3"));
    EXPECT_TRUE(audiences.add("exam=192.0.2.7"));
    return audiences;
}

TEST(Audiences, AreMadeOfNetworks)
{
    const auto audiences = exam();
    for (const char* client : {"10.1.0.1", "10.1.255.255", "2001:db8:1::5", "192.0.2.7", "::ffff:10.1.0.1"})
        EXPECT_TRUE(audiences.admits("exam", client)) << client;
    for (const char* client : {"10.2.0.1", "2001:db8:2::5", "192.0.2.8", "", "10.1.0.1, 10.2.0.1", "exam"})
        EXPECT_FALSE(audiences.admits("exam", client)) << client;
    EXPECT_FALSE(audiences.admits("none", "10.1.0.1"));
    EXPECT_TRUE(audiences.admits("", "203.0.113.1"));
    EXPECT_EQ(audiences.of(Address::parse("10.1.2.3")), (std::vector<std::string>{"exam", "staff"}));
    EXPECT_TRUE(audiences.of(std::nullopt).empty());
}

TEST(Audiences, MayHaveNoNetworkYet)
{
    Audiences audiences("secret");
    for (const auto& [option, name] : {std::pair("exam=", "exam"), {"staff", "staff"}}) {
        ASSERT_TRUE(audiences.add(option));
        EXPECT_TRUE(audiences.knows(name));
        EXPECT_FALSE(audiences.admits(name, "10.1.0.1"));
    }
}

TEST(Audiences, WrongOptionsAreRefused)
{
    Audiences audiences("secret");
    for (const char* option : {"", "10.1.0.0/16", "=10.0.0.0/8", "Exam=10.0.0.0/8", "../x=10.0.0.0/8",
                               "exam=10.0.0.0/33", "exam=10.0.0.1/8", "exam=,", "exam=here"})
        EXPECT_FALSE(audiences.add(option)) << option;
}

TEST(Audiences, TokensAreWhatNginxComputes)
{
    // echo -n "1800000900 exam 0123456789abcdef" | openssl md5 -binary | openssl base64 | tr +/ -_ | tr -d =
    EXPECT_EQ(exam().token("exam", now), "O4QlDPQwVj4OdwOu-ySyLA,1800000900");
}

TEST(Audiences, ATokenOpensItsAudienceUntilItEnds)
{
    const auto audiences = exam();
    const auto token = audiences.token("exam", now);
    EXPECT_TRUE(audiences.accepts("exam", token, now));
    EXPECT_TRUE(audiences.accepts("exam", token, now + Audiences::token_life));
    EXPECT_FALSE(audiences.accepts("exam", token, now + Audiences::token_life + std::chrono::seconds(1)));
    EXPECT_TRUE(audiences.accepts("exam", token, now - std::chrono::minutes(4))) << "another server's clock";
    EXPECT_FALSE(audiences.accepts("exam", token, now - std::chrono::hours(1))) << "made while the clock was ahead";
    EXPECT_FALSE(audiences.accepts("staff", token, now));
    EXPECT_FALSE(audiences.accepts("none", Audiences("0123456789abcdef").token("none", now), now));
    EXPECT_FALSE(Audiences("another").accepts("exam", token, now));
    const auto check = token.substr(0, token.find(','));
    for (const auto& wrong : {std::string(), std::string(","), check, check + ",", check + ",1900000000",
                              check + ",1800000900 ", check + ",+1800000900", "A" + token.substr(1)})
        EXPECT_FALSE(audiences.accepts("exam", wrong, now)) << wrong;
}

} // namespace
} // namespace farboot::server
