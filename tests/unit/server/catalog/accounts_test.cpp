#include "server/catalog/accounts.hpp"
#include "server/catalog/sessions.hpp"
#include "server/catalog/tokens.hpp"
#include "tests/unit/server/catalog/catalog_fixture.hpp"

using namespace farboot;
using namespace farboot::catalog;

namespace
{

const std::chrono::sys_seconds noon{std::chrono::seconds(1769860800)};

class AccountsTest : public test::CatalogTest
{
protected:
    bool set(const std::string& name, const std::string& hash)
    {
        return change([&](Connection& connection) { return set_password(connection, name, hash); }).has_value();
    }
    bool start(const std::string& secret)
    {
        return change(
                   [&](Connection& connection) { return create_session(connection, secret, {"admin", "csrf"}, noon); })
            .has_value();
    }
};

FARBOOT_ON_EACH_DATABASE(AccountsTest);

} // namespace

TEST_P(AccountsTest, PasswordsAreSetAndReplaced)
{
    EXPECT_FALSE(has_accounts(connection()));
    EXPECT_FALSE(password_hash(connection(), "admin"));
    EXPECT_TRUE(set("admin", "one"));
    EXPECT_TRUE(set("admin", "two"));
    EXPECT_EQ(password_hash(connection(), "admin"), "two");
    EXPECT_FALSE(set("Robert'); DROP TABLE account;", "x"));
    EXPECT_FALSE(set("", "x"));
    EXPECT_TRUE(change([](Connection& connection) { return remove_account(connection, "admin"); }));
    EXPECT_FALSE(has_accounts(connection()));
}

TEST_P(AccountsTest, SessionsEndInTimeAndWithThePassword)
{
    ASSERT_TRUE(set("admin", "one"));
    ASSERT_TRUE(start("secret"));
    const auto session = find_session(connection(), "secret", noon + session_life - std::chrono::seconds(1));
    ASSERT_TRUE(session);
    EXPECT_EQ(session->account, "admin");
    EXPECT_EQ(session->csrf, "csrf");
    EXPECT_FALSE(find_session(connection(), "other", noon));
    EXPECT_FALSE(find_session(connection(), "secret", noon + session_life));
    ASSERT_TRUE(set("admin", "two"));
    EXPECT_FALSE(find_session(connection(), "secret", noon));
    ASSERT_TRUE(start("again"));
    EXPECT_TRUE(change([](Connection& connection) { return end_session(connection, "again"); }));
    EXPECT_FALSE(find_session(connection(), "again", noon));
}

TEST_P(AccountsTest, TokensAreReplacedByName)
{
    const auto make = [&](const std::string& name, const std::string& secret) {
        return change([&](Connection& connection) { return set_token(connection, name, secret, noon); }).has_value();
    };
    EXPECT_TRUE(make("ci", "one"));
    EXPECT_TRUE(make("ci", "two"));
    EXPECT_FALSE(make("a b", "three"));
    EXPECT_FALSE(find_token(connection(), "one"));
    EXPECT_EQ(find_token(connection(), "two"), "ci");
    const auto remove = [&] {
        return change([](Connection& connection) { return remove_token(connection, "ci"); }).has_value();
    };
    EXPECT_TRUE(remove());
    EXPECT_FALSE(remove());
    EXPECT_FALSE(find_token(connection(), "two"));
}
