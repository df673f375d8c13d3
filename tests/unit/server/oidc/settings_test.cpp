#include "server/oidc/settings.hpp"

#include "server/base/files.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace farboot::server;
using nlohmann::json;

namespace
{

json given()
{
    return {{"issuer", "https://login.example.org"}, {"client_id", "farboot"}};
}

std::string sentence_of(const json& what)
{
    const auto parsed = OidcSettings::parse(what.dump());
    return parsed ? "" : parsed.error().sentence;
}

} // namespace

TEST(OidcSettings, HaveWhatMostProvidersWant)
{
    const auto parsed = OidcSettings::parse(given().dump());
    ASSERT_TRUE(parsed) << parsed.error().sentence;
    EXPECT_EQ(parsed->scopes, "openid profile");
    EXPECT_EQ(parsed->name_claim, "preferred_username");
    EXPECT_EQ(parsed->groups_claim, "groups");
    EXPECT_EQ(parsed->timeout, std::chrono::seconds(5));
    EXPECT_EQ(parsed->secret, "");
}

TEST(OidcSettings, TheSecretIsInAFile)
{
    const auto file = testing::TempDir() + "oidc-secret";
    ASSERT_TRUE(write_file(file, "s3cret\n", 0600));
    auto with = given();
    with["client_secret_file"] = file;
    EXPECT_EQ(OidcSettings::parse(with.dump())->secret, "s3cret");
    ASSERT_TRUE(write_file(file, "\n", 0600));
    EXPECT_NE(sentence_of(with), "");
    with["client_secret_file"] = "/nonexistent/secret";
    EXPECT_EQ(OidcSettings::parse(with.dump()).error().reason, "not-found");
    with = given();
    with["client_secret"] = "on the wall";
    EXPECT_NE(sentence_of(with), "") << "not in the settings themselves";
}

TEST(OidcSettings, WrongOnesAreToldInASentence)
{
    for (const auto& [member, value] : {std::pair<const char*, json>("issuer", "http://login.example.org"),
                                        {"issuer", "https://login.example.org/?x=1"},
                                        {"issuer", nullptr},
                                        {"client_id", ""},
                                        {"scopes", "profile"},
                                        {"label", "Uni"},
                                        {"label", {{"de", 5}}},
                                        {"label", {{"de", std::string(61, 'x')}}},
                                        {"timeout_seconds", 0},
                                        {"timeout_seconds", 61},
                                        {"timeout_seconds", "5"},
                                        {"isuer", "misspelt"}}) {
        auto with = given();
        with[member] = value;
        EXPECT_NE(sentence_of(with), "") << member << value;
    }
    for (const char* text : {"", "[]", "x"})
        EXPECT_EQ(OidcSettings::parse(text).error().reason, "oidc-malformed");
}
