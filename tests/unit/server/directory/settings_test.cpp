#include "server/directory/settings.hpp"

#include "tests/unit/server/trust/folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

using namespace farboot::server;
using nlohmann::json;

namespace
{

const json least{{"url", "ldaps://ldap.example.org"}, {"user_base", "ou=people"}, {"group_base", "ou=groups"}};

std::string reason(const json& changes)
{
    auto settings = least;
    settings.merge_patch(changes);
    const auto parsed = DirectorySettings::parse(settings.dump());
    return parsed ? "" : parsed.error().reason;
}

} // namespace

TEST(DirectorySettings, HaveDefaults)
{
    const auto settings = DirectorySettings::parse(least.dump());
    ASSERT_TRUE(settings) << settings.error().sentence;
    EXPECT_EQ(settings->user_filter, "(uid={user})");
    EXPECT_EQ(settings->group_filter, "(member={dn})");
    EXPECT_EQ(settings->ca, "/etc/ssl/certs/ca-certificates.crt");
    EXPECT_EQ(settings->timeout, std::chrono::seconds(5));
    EXPECT_FALSE(settings->start_tls);
}

TEST(DirectorySettings, PasswordsAreNotSentForAllToRead)
{
    const auto with = [](const json& changes) {
        auto settings = least;
        settings.merge_patch(changes);
        return DirectorySettings::parse(settings.dump());
    };
    EXPECT_TRUE(with({{"url", "ldap://x"}})->start_tls);
    EXPECT_EQ(reason({{"url", "ldap://x"}, {"start_tls", false}}), "ldap-plain");
    EXPECT_FALSE(with({{"url", "ldap://x"}, {"plain", true}})->start_tls);
    EXPECT_TRUE(with({{"url", "ldap://x"}, {"plain", true}, {"start_tls", true}})->start_tls);
    EXPECT_EQ(reason({{"start_tls", true}}), "ldap-malformed");
}

TEST(DirectorySettings, WhatIsMalformedIsRefused)
{
    for (const json& changes :
         {json{{"url", "http://x"}}, json{{"url", 7}}, json{{"user_base", nullptr}}, json{{"group_base", ""}},
          json{{"user_filter", "(uid=*)"}}, json{{"group_filter", "(cn=*)"}}, json{{"timeout_seconds", 0}},
          json{{"timeout_seconds", 61}}, json{{"timeout_seconds", "5"}}, json{{"plain", "yes"}}, json{{"colour", 1}},
          json{{"bind_dn", "cn=x"}}, json{{"bind_password_file", "/dev/null"}}})
        EXPECT_EQ(reason(changes), "ldap-malformed") << changes;
    EXPECT_EQ(DirectorySettings::parse("[]").error().reason, "ldap-malformed");
    EXPECT_EQ(reason({{"bind_dn", "cn=x"}, {"bind_password_file", "/nonexistent"}}), "not-found");
    const farboot::test::Folder folder;
    std::ofstream(folder.path / "password") << "secret\n";
    const auto parsed = DirectorySettings::parse([&] {
        auto settings = least;
        settings["bind_dn"] = "cn=x";
        settings["bind_password_file"] = (folder.path / "password").string();
        return settings;
    }()
                                                     .dump());
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->bind_password, "secret");
}
