#include "pbl/browser/certificate_check.hpp"

#include "tests/unit/pbl/browser/test_authority.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace farboot::browser
{
namespace
{

constexpr std::time_t start = 1'700'000'000;
constexpr std::time_t now = start + 1000;
constexpr std::time_t end = start + 100'000;

class CertificateCheckTest : public testing::Test
{
protected:
    CertificateCheckTest()
    {
        authority.write_pem(file);
        check = CertificateCheck::load(file.string()).value();
    }
    ~CertificateCheckTest() override { std::filesystem::remove(file); }

    [[nodiscard]] std::string verdict(const test::Issued& issued, const std::string& host, std::time_t when = now) const
    {
        const auto result = check->verify({issued.certificate_der}, host, when);
        return result ? "accepted" : result.error().sentence;
    }

    const std::filesystem::path file =
        std::filesystem::temp_directory_path() /
        (std::string("farboot-ca-") + testing::UnitTest::GetInstance()->current_test_info()->name() + ".pem");
    test::TestAuthority authority;
    std::optional<CertificateCheck> check;
};

TEST_F(CertificateCheckTest, AcceptsNameAndAddress)
{
    const auto issued = authority.issue("DNS:server.example,IP:10.0.2.2", start, end);
    EXPECT_EQ(verdict(issued, "server.example"), "accepted");
    EXPECT_EQ(verdict(issued, "10.0.2.2"), "accepted");
}

TEST_F(CertificateCheckTest, RefusesAnotherHost)
{
    const auto issued = authority.issue("DNS:server.example,IP:10.0.2.2", start, end);
    EXPECT_THAT(verdict(issued, "other.example"), testing::HasSubstr("ostname mismatch"));
    EXPECT_THAT(verdict(issued, "10.0.2.3"), testing::HasSubstr("IP address mismatch"));
    EXPECT_NE(verdict(issued, ""), "accepted");
    EXPECT_NE(verdict(issued, std::string("server.example\0.evil", 20)), "accepted");
}

TEST_F(CertificateCheckTest, RefusesOutsideItsDates)
{
    const auto issued = authority.issue("DNS:server.example", start, end);
    EXPECT_THAT(verdict(issued, "server.example", end + 1), testing::HasSubstr("expired"));
    EXPECT_THAT(verdict(issued, "server.example", start - 1), testing::HasSubstr("not yet valid"));
}

TEST_F(CertificateCheckTest, RefusesAnotherAuthorityOfTheSameName)
{
    const test::TestAuthority impostor;
    EXPECT_NE(verdict(impostor.issue("DNS:server.example", start, end), "server.example"), "accepted");
}

TEST_F(CertificateCheckTest, RefusesACertificateForAnotherPurpose)
{
    EXPECT_NE(verdict(authority.issue("DNS:server.example", start, end, "clientAuth"), "server.example"), "accepted");
}

TEST_F(CertificateCheckTest, RefusesAChangedCertificate)
{
    auto issued = authority.issue("DNS:server.example", start, end);
    issued.certificate_der[issued.certificate_der.find("server.example")] = 'S';
    EXPECT_NE(verdict(issued, "Server.example"), "accepted");
}

TEST_F(CertificateCheckTest, RefusesBadChains)
{
    EXPECT_FALSE(check->verify({}, "server.example", now));
    EXPECT_FALSE(check->verify({"not a certificate"}, "server.example", now));
    const auto issued = authority.issue("DNS:server.example", start, end);
    EXPECT_FALSE(check->verify({issued.certificate_der + "x"}, "server.example", now));
    EXPECT_FALSE(check->verify(std::vector<std::string>(1000, issued.certificate_der), "server.example", now));
}

TEST(CertificateCheck, NeedsAuthorities)
{
    EXPECT_EQ(CertificateCheck::load("/nonexistent/ca.pem").error().reason, "ca-unreadable");
    EXPECT_EQ(CertificateCheck::load("/dev/null").error().reason, "ca-unreadable");
}

} // namespace
} // namespace farboot::browser
