#include "server/catalog/users.hpp"

#include "server/catalog/grants.hpp"
#include "server/catalog/groups.hpp"
#include "server/catalog/locations.hpp"
#include "server/catalog/roles.hpp"
#include "server/catalog/sessions.hpp"
#include "tests/unit/server/catalog/catalog_fixture.hpp"

using namespace farboot;
using namespace farboot::catalog;
using people::Right;

namespace
{

const std::chrono::sys_seconds noon{std::chrono::seconds(1769860800)};

class UsersTest : public test::CatalogTest
{
protected:
    people::User admin(const std::string& name, const std::string& hash)
    {
        const auto made = change([&](Connection& connection) { return set_admin(connection, name, hash); });
        EXPECT_TRUE(made);
        return made.value_or(people::User{});
    }
    Result<people::User> make(const std::string& json)
    {
        return change([&](Connection& each) { return create_user(each, people::User::parse(json).value()); });
    }
    Result<people::User> change_to(std::int64_t id, const std::string& json, const std::string& if_match = "*")
    {
        return change(
            [&](Connection& each) { return update_user(each, id, if_match, people::User::parse(json).value()); });
    }
    std::int64_t role(const std::string& rights)
    {
        const auto json = R"({"name": {"en": "Role"}, "rights": )" + rights + "}";
        return change([&](Connection& each) { return create_role(each, people::Role::parse(json).value()); })->id;
    }
    std::int64_t group(const std::string& json)
    {
        return change([&](Connection& each) { return create_group(each, people::Group::parse(json).value()); })->id;
    }
    std::int64_t location()
    {
        rules::Location room;
        room.name.en = "Room";
        return change([&](Connection& each) { return create_location(each, room); })->id;
    }
    bool start(std::int64_t user, const std::string& secret)
    {
        return change([&](Connection& connection) {
                   return create_session(connection, secret, {.user = user, .user_name = {}, .csrf = "csrf"}, noon);
               })
            .has_value();
    }
    template <class Value>
    static std::string reason(const Result<Value>& result)
    {
        return result ? "" : result.error().reason;
    }
};

FARBOOT_ON_EACH_DATABASE(UsersTest);

} // namespace

TEST_P(UsersTest, TheCommandLinesAdminHasAllRights)
{
    EXPECT_FALSE(has_users(connection()));
    EXPECT_FALSE(password_hash(connection(), "admin"));
    const auto made = admin("admin", "one");
    admin("admin", "two");
    EXPECT_EQ(password_hash(connection(), "admin"), "two");
    EXPECT_EQ(list_users(connection()).size(), 1U);
    for (const auto right : people::all_rights())
        EXPECT_TRUE(rights_of_user(connection(), made.id).everywhere(right));
    for (const char* name : {"Robert'); DROP TABLE person;", ""})
        EXPECT_EQ(reason(change([&](Connection& each) { return set_admin(each, name, "x"); })), "name-malformed");
}

TEST_P(UsersTest, SessionsEndInTimeAndWithThePassword)
{
    const auto user = admin("admin", "one");
    ASSERT_TRUE(start(user.id, "secret"));
    const auto session = find_session(connection(), "secret", noon + session_life - std::chrono::seconds(1));
    ASSERT_TRUE(session);
    EXPECT_EQ(session->user_name, "admin");
    EXPECT_EQ(session->csrf, "csrf");
    EXPECT_FALSE(find_session(connection(), "other", noon));
    EXPECT_FALSE(find_session(connection(), "secret", noon + session_life));
    EXPECT_TRUE(find_session(connection(), "secret", noon - std::chrono::minutes(4))) << "another server's clock";
    EXPECT_FALSE(find_session(connection(), "secret", noon - std::chrono::hours(1)))
        << "made while the clock was ahead: it would hold for longer than it should";
    ASSERT_TRUE(start(user.id, "mine"));
    ASSERT_TRUE(change([&](Connection& each) { return set_password(each, user.id, "two", "mine"); }));
    EXPECT_FALSE(find_session(connection(), "secret", noon));
    EXPECT_TRUE(find_session(connection(), "mine", noon)); // in which it was changed
    EXPECT_TRUE(change([](Connection& connection) { return end_session(connection, "mine"); }));
    EXPECT_FALSE(find_session(connection(), "mine", noon));
}

TEST_P(UsersTest, AreMadeChangedAndRemoved)
{
    admin("admin", "one");
    const auto read = role(R"(["catalog.read"])");
    const auto room = location();
    const auto staff = group(R"({"name": "staff"})");
    const auto text = fmt::format(R"({{"name": "anna", "groups": [{}], "roles": [{{"role": {}, "location": {}}}]}})",
                                  staff, read, room);
    const auto anna = make(text);
    ASSERT_TRUE(anna);
    EXPECT_EQ(find_user(connection(), anna->id), *anna);
    EXPECT_EQ(list_users(connection()).back(), *anna);
    EXPECT_EQ(reason(make(text)), "name-taken");
    EXPECT_EQ(reason(make(R"({"name": "bert", "groups": [99]})")), "group-unknown");
    EXPECT_EQ(reason(make(R"({"name": "bert", "roles": [{"role": 99}]})")), "role-unknown");
    EXPECT_EQ(reason(make(R"({"name": "bert", "roles": [{"role": 1, "location": 99}]})")), "role-location-unknown");
    EXPECT_EQ(list_users(connection()).size(), 2U); // what failed has left nothing
    EXPECT_EQ(reason(change_to(anna->id, R"({"name": "admin"})")), "name-taken");
    EXPECT_EQ(reason(change_to(anna->id, text, "\"u2-7\"")), "changed-meanwhile");
    EXPECT_EQ(reason(change_to(99, text)), "not-found");
    ASSERT_TRUE(start(anna->id, "secret"));
    ASSERT_TRUE(change_to(anna->id, R"({"name": "anna", "enabled": false})"));
    EXPECT_FALSE(find_session(connection(), "secret", noon));
    EXPECT_TRUE(rights_of_user(connection(), anna->id).grants().empty());
    EXPECT_TRUE(change([&](Connection& each) { return remove_user(each, anna->id, "*"); }));
    EXPECT_FALSE(find_user(connection(), anna->id));
}

TEST_P(UsersTest, OneWithoutAPasswordOrDisabledDoesNotLogIn)
{
    admin("admin", "one");
    const auto anna = make(R"({"name": "anna"})");
    EXPECT_FALSE(password_hash(connection(), "anna"));
    ASSERT_TRUE(change([&](Connection& each) { return set_password(each, anna->id, "hash", ""); }));
    EXPECT_EQ(password_hash(connection(), "anna"), "hash");
    ASSERT_TRUE(start(anna->id, "secret"));
    ASSERT_TRUE(change_to(anna->id, R"({"name": "anna", "enabled": false})"));
    EXPECT_FALSE(password_hash(connection(), "anna"));
    EXPECT_FALSE(find_session(connection(), "secret", noon));
}

TEST_P(UsersTest, RightsComeFromOnesOwnRolesAndOnesGroups)
{
    admin("admin", "one");
    const auto room = location();
    const auto read = role(R"(["catalog.read"])");
    const auto rules = role(R"(["rules.edit", "audit.read"])");
    const auto staff = group(fmt::format(R"({{"name": "staff", "roles": [{{"role": {}}}]}})", read));
    const auto anna = make(fmt::format(
        R"({{"name": "anna", "groups": [{}], "roles": [{{"role": {}, "location": {}}}]}})", staff, rules, room));
    ASSERT_TRUE(anna);
    const auto rights = rights_of_user(connection(), anna->id);
    EXPECT_TRUE(rights.everywhere(Right::read_catalog));
    EXPECT_FALSE(rights.everywhere(Right::edit_rules));
    EXPECT_TRUE(rights.at(Right::edit_rules, location_path(connection(), room)));
    EXPECT_FALSE(rights.somewhere(Right::manage_users));
    EXPECT_TRUE(rights_of_group(connection(), staff).everywhere(Right::read_catalog));
    EXPECT_EQ(reason(change([&](Connection& each) { return remove_location(each, room, "*"); })), "in-use");
    EXPECT_EQ(reason(change([&](Connection& each) { return remove_role(each, read, "*"); })), "in-use");
    ASSERT_TRUE(change([&](Connection& each) { return remove_group(each, staff, "*"); }));
    EXPECT_FALSE(rights_of_user(connection(), anna->id).somewhere(Right::read_catalog));
    EXPECT_TRUE(change([&](Connection& each) { return remove_role(each, read, "*"); }));
}

TEST_P(UsersTest, TheLastManagerStays)
{
    const auto last = admin("admin", "one");
    const auto remove = [&](std::int64_t id) {
        return reason(change([&](Connection& each) { return remove_user(each, id, "*"); }));
    };
    EXPECT_EQ(remove(last.id), "last-manager");
    EXPECT_EQ(reason(change_to(last.id, R"({"name": "admin", "enabled": false, "roles": [{"role": 1}]})")),
              "last-manager");
    EXPECT_EQ(reason(change_to(last.id, R"({"name": "admin"})")), "last-manager");
    EXPECT_TRUE(find_user(connection(), last.id)->enabled);
    // one more, by a role of her group; without a password she is none
    const auto managing = role(R"(["users.manage"])");
    const auto chiefs = group(fmt::format(R"({{"name": "chiefs", "roles": [{{"role": {}}}]}})", managing));
    const auto anna = make(fmt::format(R"({{"name": "anna", "groups": [{}]}})", chiefs));
    EXPECT_EQ(remove(last.id), "last-manager");
    ASSERT_TRUE(change([&](Connection& each) { return set_password(each, anna->id, "hash", ""); }));
    EXPECT_EQ(remove(last.id), "");
    EXPECT_EQ(reason(change([&](Connection& each) { return remove_group(each, chiefs, "*"); })), "last-manager");
    EXPECT_EQ(reason(change([&](Connection& each) {
                  return update_group(each, chiefs, "*", people::Group::parse(R"({"name": "chiefs"})").value());
              })),
              "last-manager");
    EXPECT_EQ(reason(change([&](Connection& each) {
                  return update_role(each, managing, "*",
                                     people::Role::parse(R"({"name": {"en": "x"}, "rights": []})").value());
              })),
              "last-manager");
    EXPECT_EQ(reason(change([&](Connection& each) { return remove_role(each, people::all_rights_role, "*"); })),
              "built-in");
}
