#include "server/trust/authority.hpp"

#include "server/base/files.hpp"
#include "server/trust/certificate.hpp"
#include "tests/unit/server/trust/folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

using namespace farboot;
using namespace farboot::server;
using testing::Contains;

namespace
{

class AuthorityTest : public testing::Test
{
protected:
    Result<Authority> open(const std::vector<std::string>& names = {}, std::chrono::days later = std::chrono::days(0))
    {
        return Authority::open(folder_.path, names, now_ + later);
    }
    std::string file(const char* name) { return read_file(folder_.path / name).value_or("missing"); }
    unsigned mode(const char* name)
    {
        struct stat info{};
        ::stat((folder_.path / name).c_str(), &info);
        return info.st_mode & 0777;
    }

    test::Folder folder_;
    std::chrono::sys_seconds now_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
};

} // namespace

TEST_F(AuthorityTest, IsMadeOnce)
{
    const auto first = open({"pxe.example.org", "10.0.2.2", "fd00::1"});
    ASSERT_TRUE(first) << first.error().sentence;
    EXPECT_EQ(first->names().front(), "pxe.example.org");
    for (const char* name : {"10.0.2.2", "fd00::1", "localhost", "127.0.0.1", "::1"})
        EXPECT_THAT(first->names(), Contains(name));
    EXPECT_EQ(mode("ca.key"), 0600U);
    EXPECT_EQ(mode("server.key"), 0600U);
    EXPECT_EQ(mode("ca.pem"), 0644U);
    EXPECT_TRUE(issued_by(file("server.pem"), file("ca.pem")));
    EXPECT_TRUE(key_fits(file("server.pem"), file("server.key")));
    const auto certificate = file("server.pem");
    ASSERT_TRUE(open());
    EXPECT_EQ(file("server.pem"), certificate);
}

TEST_F(AuthorityTest, NewNamesAreAddedUnderTheSameAuthority)
{
    ASSERT_TRUE(open({"one.example"}));
    const auto ca = file("ca.pem");
    const auto second = open({"two.example"});
    ASSERT_TRUE(second);
    EXPECT_THAT(second->names(), Contains("one.example"));
    EXPECT_THAT(read_certificate(file("server.pem"))->names, Contains("two.example"));
    EXPECT_EQ(file("ca.pem"), ca);
}

TEST_F(AuthorityTest, IsRenewedBeforeItExpires)
{
    auto authority = open();
    ASSERT_TRUE(authority);
    const auto old = file("server.pem");
    EXPECT_FALSE(*authority->renew(now_ + std::chrono::days(300)));
    EXPECT_EQ(file("server.pem"), old);
    EXPECT_TRUE(*authority->renew(now_ + std::chrono::days(340)));
    EXPECT_NE(file("server.pem"), old);
    EXPECT_TRUE(key_fits(file("server.pem"), file("server.key")));
}

TEST_F(AuthorityTest, HoldsTodayWhateverTheClockShowedWhenItWasMade)
{
    for (const int years : {-55, 14}) {
        std::filesystem::remove_all(folder_.path);
        std::filesystem::create_directories(folder_.path);
        auto authority = open({}, std::chrono::days(365 * years));
        ASSERT_TRUE(authority) << authority.error().sentence;
        const auto ca = read_certificate(file("ca.pem"));
        EXPECT_LT(ca->begins, now_);
        EXPECT_GT(ca->expires, now_ + std::chrono::days(365 * 20));
        EXPECT_TRUE(*authority->renew(now_)) << "the clock is right again";
        const auto facts = read_certificate(file("server.pem"));
        EXPECT_LT(facts->begins, now_);
        EXPECT_GT(facts->expires, now_ + std::chrono::days(300));
        EXPECT_LT(facts->expires, now_ + std::chrono::days(400));
        EXPECT_FALSE(*authority->renew(now_)) << "once";
        EXPECT_FALSE(*authority->renew(now_ - std::chrono::hours(12))) << "a few hours are nothing";
    }
}

TEST_F(AuthorityTest, AnInstitutionsCertificateIsLeftAlone)
{
    ASSERT_TRUE(open());
    const auto theirs = make_authority("Institution", now_);
    const auto key = make_key();
    const auto certificate = issue_certificate(theirs, key, {"www.example.org"}, now_);
    ASSERT_TRUE(write_file(folder_.path / "server.pem", certificate, 0644));
    ASSERT_TRUE(write_file(folder_.path / "server.key", key, 0600));
    const auto authority = open({"new.example"}, std::chrono::days(360));
    ASSERT_TRUE(authority) << authority.error().sentence;
    EXPECT_EQ(file("server.pem"), certificate);
    EXPECT_EQ(authority->names(), (std::vector<std::string>{"www.example.org"}));
    ASSERT_TRUE(write_file(folder_.path / "server.key", make_key(), 0600));
    EXPECT_EQ(open().error().reason, "key-missing");
}

TEST_F(AuthorityTest, ALostKeyIsReplaced)
{
    ASSERT_TRUE(open());
    ASSERT_TRUE(write_file(folder_.path / "server.key", make_key(), 0600));
    ASSERT_TRUE(open());
    EXPECT_TRUE(key_fits(file("server.pem"), file("server.key")));
}

TEST_F(AuthorityTest, OnlyNamesAreNames)
{
    for (const char* name : {"", "a,DNS:b", "a b", "-a", ".a", "a..b", "https://a", "a\n", "*"})
        EXPECT_EQ(open({name}).error().reason, "name-malformed") << name;
    EXPECT_TRUE(is_host("a-1.example"));
    EXPECT_TRUE(is_host("fe80::1"));
}
