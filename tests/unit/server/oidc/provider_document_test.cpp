#include "server/oidc/provider_document.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using farboot::server::ProviderDocument;
using nlohmann::json;

namespace
{

constexpr auto issuer = "https://login.example.org";

json document()
{
    return {{"issuer", issuer},
            {"authorization_endpoint", "https://login.example.org/auth"},
            {"token_endpoint", "https://login.example.org/token"},
            {"jwks_uri", "https://login.example.org/jwks"}};
}

bool is_taken(const json& what)
{
    return ProviderDocument::parse(what.dump(), issuer).has_value();
}

} // namespace

TEST(ProviderDocument, NamesWhatALogInNeeds)
{
    auto said = document();
    const auto parsed = ProviderDocument::parse(said.dump(), issuer);
    ASSERT_TRUE(parsed) << parsed.error().sentence;
    EXPECT_EQ(parsed->token_endpoint, "https://login.example.org/token");
    EXPECT_EQ(parsed->userinfo_endpoint, "");
    EXPECT_FALSE(parsed->secret_in_body);
    said["token_endpoint_auth_methods_supported"] = {"client_secret_post"};
    EXPECT_TRUE(ProviderDocument::parse(said.dump(), issuer)->secret_in_body);
    said["token_endpoint_auth_methods_supported"] = {"client_secret_post", "client_secret_basic"};
    EXPECT_FALSE(ProviderDocument::parse(said.dump(), issuer)->secret_in_body);
}

TEST(ProviderDocument, MustBeOfThisIssuerAndLeadToHttps)
{
    for (const char* member : {"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"}) {
        auto said = document();
        said.erase(member);
        EXPECT_FALSE(is_taken(said)) << member;
        said[member] = 5;
        EXPECT_FALSE(is_taken(said)) << member;
        said[member] = "http://login.example.org/x";
        EXPECT_FALSE(is_taken(said)) << member;
        said[member] = "https://login.example.org/a b";
        EXPECT_FALSE(is_taken(said)) << member;
    }
    auto said = document();
    said["issuer"] = "https://login.example.org/";
    EXPECT_EQ(ProviderDocument::parse(said.dump(), issuer).error().reason, "oidc-provider");
    for (const char* text : {"", "[]", "null", "<html>"})
        EXPECT_FALSE(ProviderDocument::parse(text, issuer)) << text;
}
