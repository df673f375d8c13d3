#include "server/catalog/tokens.hpp"

#include "server/catalog/users.hpp"
#include "tests/unit/server/catalog/catalog_fixture.hpp"

using namespace farboot;
using namespace farboot::catalog;
using people::Right;

namespace
{

const std::chrono::sys_seconds noon{std::chrono::seconds(1769860800)};

class TokensTest : public test::CatalogTest
{
protected:
    Result<Token> make(const std::string& name, const std::string& secret, std::optional<std::int64_t> user,
                       std::optional<std::chrono::sys_seconds> expires = {})
    {
        Token token;
        token.name = name;
        token.user = user;
        token.scope = people::Rights({{.rights = {Right::read_catalog}, .place = {}}});
        token.created = noon;
        token.expires = expires;
        return change([&](Connection& connection) { return create_token(connection, token, secret); });
    }
};

FARBOOT_ON_EACH_DATABASE(TokensTest);

} // namespace

TEST_P(TokensTest, EndWhenTheyAreOverOrRevoked)
{
    const auto user = change([](Connection& each) { return set_admin(each, "admin", "hash"); });
    const auto made = make("ci", "one", user->id, noon + std::chrono::hours(1));
    ASSERT_TRUE(made);
    const auto found = token_of_secret(connection(), "one", noon);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->user, user->id);
    EXPECT_EQ(found->user_name, "admin");
    EXPECT_EQ(found->expires, noon + std::chrono::hours(1));
    EXPECT_TRUE(found->scope.everywhere(Right::read_catalog));
    EXPECT_FALSE(found->scope.somewhere(Right::edit_rules));
    EXPECT_FALSE(token_of_secret(connection(), "two", noon));
    EXPECT_FALSE(token_of_secret(connection(), "one", noon + std::chrono::hours(1)));
    EXPECT_EQ(make("ci", "three", user->id).error().reason, "name-taken");
    EXPECT_EQ(make("a b", "three", user->id).error().reason, "name-malformed");
    EXPECT_EQ(list_tokens(connection(), user->id).size(), 1U);
    EXPECT_TRUE(list_tokens(connection(), user->id + 1).empty());
    EXPECT_TRUE(change([&](Connection& each) -> Result<void> {
        remove_token(each, made->id);
        return {};
    }));
    EXPECT_FALSE(token_of_secret(connection(), "one", noon));
}

TEST_P(TokensTest, EndWithTheirOwner)
{
    const auto admin = change([](Connection& each) { return set_admin(each, "admin", "hash"); });
    const auto anna = change([](Connection& each) { return set_admin(each, "anna", "hash"); });
    ASSERT_TRUE(make("ci", "one", anna->id));
    auto disabled = *anna;
    disabled.enabled = false;
    ASSERT_TRUE(change([&](Connection& each) { return update_user(each, anna->id, "*", disabled); }));
    EXPECT_FALSE(token_of_secret(connection(), "one", noon));
    ASSERT_TRUE(change([&](Connection& each) { return update_user(each, anna->id, "*", *anna); }));
    EXPECT_TRUE(token_of_secret(connection(), "one", noon));
    ASSERT_TRUE(change([&](Connection& each) { return remove_user(each, anna->id, "*"); }));
    EXPECT_FALSE(token_of_secret(connection(), "one", noon));
    EXPECT_TRUE(find_user(connection(), admin->id));
}

TEST_P(TokensTest, TheServersOwnIsFoundByName)
{
    ASSERT_TRUE(make("publisher", "one", std::nullopt));
    const auto found = find_server_token(connection(), "publisher");
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->user);
    EXPECT_TRUE(found->scope.everywhere(Right::read_catalog));
    EXPECT_FALSE(found->scope.somewhere(Right::edit_rules)); // it is no more than its scope either
    EXPECT_FALSE(find_server_token(connection(), "other"));
}

TEST_P(TokensTest, OneOfAllRightsHasThoseOfLaterVersionsToo)
{
    Token token;
    token.name = "admin";
    token.scope = people::Rights({{.rights = people::RightSet::all(), .place = {}}});
    token.created = noon;
    ASSERT_TRUE(change([&](Connection& each) { return create_token(each, token, "secret"); }));
    auto row = connection().run("token-list");
    ASSERT_TRUE(row.next());
    EXPECT_EQ(text_of(row, "scope"), R"([{"rights": ["*"]}])"); // and not the names of those that there are now
    const auto found = token_of_secret(connection(), "secret", noon);
    ASSERT_TRUE(found);
    for (const auto right : people::all_rights())
        EXPECT_TRUE(found->scope.everywhere(right));
}
