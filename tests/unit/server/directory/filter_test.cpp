#include "server/directory/filter.hpp"

#include <gtest/gtest.h>

using namespace farboot::server;

TEST(Filter, WhatCouldEndAValueIsEscaped)
{
    EXPECT_EQ(in_filter("anna"), "anna");
    EXPECT_EQ(in_filter("*"), "\\2a");
    EXPECT_EQ(in_filter("a)(uid=*"), "a\\29\\28uid=\\2a");
    EXPECT_EQ(in_filter("a\\2a"), "a\\5c2a");
    EXPECT_EQ(in_filter(std::string_view("a\0b", 3)), "a\\00b");
    EXPECT_EQ(in_filter("ä\n"), "\\c3\\a4\\0a");
}

TEST(Filter, ValuesAreNotTakenForPlaces)
{
    EXPECT_EQ(fill_filter("(&(uid={user})(m={dn}))", "anna", "cn=a"), "(&(uid=anna)(m=cn=a))");
    EXPECT_EQ(fill_filter("(uid={user})", "{dn}", "x"), "(uid={dn})");
    EXPECT_EQ(fill_filter("(uid=*)", "anna", ""), "(uid=*)");
}

TEST(Filter, SpellingsOfADnAreOne)
{
    EXPECT_EQ(normal_dn("CN=Teachers,  OU=groups,DC=Example"), normal_dn("cn=teachers,ou=groups,dc=example"));
    EXPECT_EQ(normal_dn(R"(cn=a\2cb,dc=x)"), normal_dn(R"(cn=a\,b,dc=x)"));
    EXPECT_NE(normal_dn(R"(cn=a\,b,dc=x)"), normal_dn("cn=a,cn=b,dc=x"));
    EXPECT_EQ(normal_dn("No DN"), "no dn");
}
