#include "server/people/group.hpp"
#include "server/people/role.hpp"
#include "server/people/user.hpp"

#include <gtest/gtest.h>

using namespace farboot::people;

namespace
{

template <class Thing>
std::string field_of(const std::string& text)
{
    const auto parsed = Thing::parse(text);
    if (parsed)
        return "good";
    EXPECT_FALSE(parsed.error().sentence.empty());
    return parsed.error().field;
}

} // namespace

TEST(User, ComesBackAsHeIsWritten)
{
    auto user = User::parse(R"({"name": "anna", "full_name": "Anna Ö.", "enabled": false, "groups": [3, 1],
                                "roles": [{"role": 2, "location": 5}, {"role": 2, "object": "entry:1"}]})");
    ASSERT_TRUE(user);
    EXPECT_EQ(user->groups, (std::vector<std::int64_t>{1, 3}));
    user->has_password = true; // what the server says of him is passed over when it is sent back
    const auto again = User::parse(user->to_json().dump());
    ASSERT_TRUE(again);
    user->has_password = false;
    EXPECT_EQ(*again, *user);
}

TEST(User, WhatIsMalformedIsNamed)
{
    EXPECT_EQ(field_of<User>("[]"), "");
    EXPECT_EQ(field_of<User>("{}"), "name");
    for (const char* name : {"", "Anna", "a b", "<b>", "ä", "a\\u0000", "x'; DROP TABLE person; --"})
        EXPECT_EQ(field_of<User>(std::string(R"({"name": ")") + name + "\"}"), "name") << name;
    EXPECT_EQ(field_of<User>("{\"name\": \"" + std::string(65, 'a') + "\"}"), "name");
    EXPECT_EQ(field_of<User>(R"({"name": "a", "password": "x"})"), "password");
    EXPECT_EQ(field_of<User>(R"({"name": "a", "full_name": 7})"), "full_name");
    EXPECT_EQ(field_of<User>(R"({"name": "a", "full_name": "a\nb"})"), "full_name");
    EXPECT_EQ(field_of<User>(R"({"name": "a", "enabled": 1})"), "enabled");
    EXPECT_EQ(field_of<User>(R"({"name": "a", "groups": [1, 1]})"), "groups");
    EXPECT_EQ(field_of<User>(R"({"name": "a", "roles": {}})"), "roles");
    EXPECT_EQ(field_of<User>(R"({"name": "a", "roles": [{}]})"), "roles[0].role");
    EXPECT_EQ(field_of<User>(R"({"name": "a", "roles": [{"role": 1, "rights": []}]})"), "roles[0].rights");
    EXPECT_EQ(field_of<User>(R"({"name": "a", "roles": [{"role": 1}, {"role": 1}]})"), "roles");
    EXPECT_EQ(field_of<User>(R"({"name": "a", "roles": [{"role": 1, "location": "x"}]})"), "roles[0].location");
}

TEST(Group, ComesBackAsItIsWritten)
{
    const auto group =
        Group::parse(R"({"name": "Übungen", "ldap": ["cn=a,dc=b", "cn=c,dc=b"], "roles": [{"role": 2}]})");
    ASSERT_TRUE(group);
    EXPECT_EQ(*Group::parse(group->to_json().dump()), *group);
    EXPECT_EQ(field_of<Group>(R"({"name": ""})"), "name");
    EXPECT_EQ(field_of<Group>(R"({"name": 1})"), "name");
    EXPECT_EQ(field_of<Group>(R"({"name": "a", "ldap": ["x", "x"]})"), "ldap");
    EXPECT_EQ(field_of<Group>(R"({"name": "a", "members": []})"), "members");
}

TEST(Role, ComesBackAsItIsWritten)
{
    const auto role = Role::parse(R"({"name": {"en": "Caretaker"}, "rights": ["rules.edit", "catalog.read"]})");
    ASSERT_TRUE(role);
    EXPECT_EQ(*Role::parse(role->to_json().dump()), *role);
    EXPECT_EQ(field_of<Role>(R"({"name": {"en": "x"}})"), "rights");
    EXPECT_EQ(field_of<Role>(R"({"name": {"en": "x"}, "rights": ["root"]})"), "rights");
    EXPECT_EQ(field_of<Role>(R"({"name": "x", "rights": []})"), "name");
}
