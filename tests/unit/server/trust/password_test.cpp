#include "server/trust/password.hpp"
#include "server/trust/secret.hpp"

#include <gtest/gtest.h>

using namespace farboot::server;

TEST(Password, OnlyTheRightOneFits)
{
    const auto hash = hash_password("correct horse");
    EXPECT_TRUE(hash.starts_with("$argon2id$"));
    EXPECT_NE(hash, hash_password("correct horse"));
    EXPECT_TRUE(check_password(hash, "correct horse"));
    EXPECT_FALSE(check_password(hash, "correct horsf"));
    EXPECT_FALSE(check_password(hash, ""));
    EXPECT_FALSE(check_password("", "the password of nobody"));
    EXPECT_FALSE(check_password("garbage", "garbage"));
}

TEST(Secret, IsLongAndFresh)
{
    EXPECT_EQ(fresh_secret().size(), 64U);
    EXPECT_NE(fresh_secret(), fresh_secret());
    EXPECT_EQ(fresh_password().size(), 23U);
    EXPECT_TRUE(same_secret("abc", "abc"));
    EXPECT_FALSE(same_secret("abc", "abd"));
    EXPECT_FALSE(same_secret("abc", "abcd"));
    EXPECT_FALSE(same_secret("", "a"));
}
