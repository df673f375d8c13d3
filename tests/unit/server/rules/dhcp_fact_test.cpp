#include "server/rules/dhcp_fact.hpp"

#include <gtest/gtest.h>

using farboot::rules::DhcpFact;
using farboot::rules::max_dhcp_value;

TEST(DhcpFact, IsReadInOneForm)
{
    for (const auto& [text, form] : std::vector<std::pair<std::string, std::string>>{
             {"domain=Chem.Example.ORG.", "domain=chem.example.org"},
             {"hostname=Seat_3", "hostname=seat_3"},
             {"server=10.1.0.2", "server=10.1.0.2"},
             {"option-224=Room = 12", "option-224=Room = 12"},
             {"option-227=" + std::string(max_dhcp_value, 'x'), "option-227=" + std::string(max_dhcp_value, 'x')}}) {
        ASSERT_TRUE(DhcpFact::parse(text)) << text;
        EXPECT_EQ(DhcpFact::parse(text)->text(), form);
        EXPECT_EQ(DhcpFact::parse(form), DhcpFact::parse(text));
    }
}

TEST(DhcpFact, AnythingElseIsNone)
{
    for (const std::string text : {"",
                                   "=",
                                   "domain",
                                   "domain=",
                                   "domain=.",
                                   "domain=a b",
                                   "domain=\xc3\xa4",
                                   "Domain=x",
                                   "domain=.",
                                   "domain=a..",
                                   "domain=a..b",
                                   "server=10.1.0",
                                   "server=::1",
                                   "server=dhcp.example.org",
                                   "option-223=x",
                                   "option-228=x",
                                   "option-224=",
                                   "option-224=a\nb",
                                   "option=x",
                                   "mac=x"})
        EXPECT_EQ(DhcpFact::parse(text), std::nullopt) << text;
    EXPECT_EQ(DhcpFact::parse("option-224=" + std::string(max_dhcp_value + 1, 'x')), std::nullopt);
}
