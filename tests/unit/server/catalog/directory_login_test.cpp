#include "server/catalog/directory_login.hpp"

#include "server/catalog/groups.hpp"
#include "server/catalog/users.hpp"
#include "tests/unit/server/catalog/catalog_fixture.hpp"

using namespace farboot;
using namespace farboot::catalog;

namespace
{

class DirectoryLoginTest : public test::CatalogTest
{
protected:
    void SetUp() override
    {
        CatalogTest::SetUp();
        if (HasFatalFailure() || IsSkipped())
            return;
        const auto parsed = people::Group::parse(R"({"name": "staff", "ldap": ["CN=Staff"], "roles": [{"role": 1}]})");
        const auto made = change([&](Connection& each) { return create_group(each, *parsed); });
        ASSERT_TRUE(made);
        group_ = made->id;
    }
    Result<std::optional<people::User>> log_in(const std::string& full_name, const std::vector<std::string>& groups)
    {
        Author author;
        author.user = "anna";
        return change([&](Connection& each) {
            return log_in_from_directory(each, author, "anna", full_name, groups, [](const std::string& dn) {
                return dn == "CN=Staff" ? std::string("cn=staff") : dn;
            });
        });
    }
    std::size_t changes() { return list_audit(connection(), {.object = "user:"}).size(); }

    std::int64_t group_ = 0;
};

FARBOOT_ON_EACH_DATABASE(DirectoryLoginTest);

} // namespace

TEST_P(DirectoryLoginTest, GroupsFollowTheDirectory)
{
    EXPECT_EQ(log_in("Anna", {"cn=other"}).error().reason, "login-refused");
    EXPECT_FALSE(find_user_named(connection(), "anna"));
    const auto first = log_in("Anna", {"cn=other", "cn=staff"});
    ASSERT_TRUE(first && *first);
    EXPECT_EQ((*first)->given_groups, std::vector{group_});
    EXPECT_EQ(find_user_named(connection(), "anna"), **first);
    EXPECT_EQ(changes(), 1U);
    EXPECT_EQ(*log_in("Anna", {"cn=staff"}), **first); // nothing has changed
    EXPECT_EQ(changes(), 1U);
    const auto left = log_in("Anna", {});
    ASSERT_TRUE(left); // kept: the rights are gone
    EXPECT_FALSE(*left);
    EXPECT_TRUE(find_user_named(connection(), "anna")->given_groups.empty());
    EXPECT_EQ(changes(), 2U);
}

TEST_P(DirectoryLoginTest, NamesMayBeAnyBytes)
{
    EXPECT_EQ((*log_in("Anna \xff\xfe", {"cn=staff"}))->full_name, "Anna \xef\xbf\xbd\xef\xbf\xbd");
    EXPECT_EQ((*log_in("Anna\n", {"cn=staff"}))->full_name, "");
    EXPECT_EQ((*log_in(std::string(1000, 'a'), {"cn=staff"}))->full_name, "");
}
