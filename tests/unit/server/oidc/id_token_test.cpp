#include "server/oidc/id_token.hpp"
#include "server/oidc/identity.hpp"

#include <cjose/cjose.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

using namespace farboot;
using namespace farboot::server;
using nlohmann::json;

namespace
{

constexpr std::int64_t now = 1'800'000'000;
const IdTokenWishes wishes{"https://login.example.org", "farboot", "the-nonce",
                           std::chrono::sys_seconds(std::chrono::seconds(now))};

struct Signer {
    cjose_jwk_t* key = nullptr;
    explicit Signer(cjose_jwk_t* made) : key(made) {}
    ~Signer() { cjose_jwk_release(key); }
    Signer(const Signer&) = delete;
    Signer& operator=(const Signer&) = delete;

    [[nodiscard]] std::string sign(const json& claims, const std::string& algorithm, const char* id = "one") const
    {
        cjose_err error{};
        auto* header = cjose_header_new(&error);
        cjose_header_set(header, CJOSE_HDR_ALG, algorithm.c_str(), &error);
        if (id != nullptr)
            cjose_header_set(header, CJOSE_HDR_KID, id, &error);
        const auto text = claims.dump();
        auto* signature =
            cjose_jws_sign(key, header, reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), &error);
        EXPECT_NE(signature, nullptr) << error.message;
        const char* token = nullptr;
        cjose_jws_export(signature, &token, &error);
        std::string result(token);
        cjose_jws_release(signature);
        cjose_header_release(header);
        return result;
    }
    [[nodiscard]] json public_key(const char* id = "one") const
    {
        cjose_err error{};
        char* text = cjose_jwk_to_json(key, false, &error);
        auto parsed = json::parse(text);
        std::free(text); // NOLINT(cppcoreguidelines-no-malloc)
        parsed["kid"] = id;
        return parsed;
    }
};

Signer& rsa()
{
    cjose_err error{};
    static Signer signer(cjose_jwk_create_RSA_random(2048, nullptr, 0, &error));
    return signer;
}

json claims()
{
    return {{"iss", wishes.issuer}, {"aud", wishes.client_id}, {"sub", "4711"},       {"nonce", wishes.nonce},
            {"iat", now - 1},       {"exp", now + 300},        {"name", "Anna Adams"}};
}

KeySet keys(const std::vector<json>& list)
{
    auto set = KeySet::parse(json{{"keys", list}}.dump());
    EXPECT_TRUE(set);
    return *std::move(set);
}

std::string reason_with(const std::function<void(json&)>& change)
{
    auto changed = claims();
    change(changed);
    const auto opened = open_id_token(rsa().sign(changed, "RS256"), keys({rsa().public_key()}), wishes);
    return opened ? "" : opened.error().reason;
}

} // namespace

TEST(IdToken, OfTheProviderForThisLogInIsTaken)
{
    const auto opened = open_id_token(rsa().sign(claims(), "RS256"), keys({rsa().public_key()}), wishes);
    ASSERT_TRUE(opened) << opened.error().sentence;
    EXPECT_EQ((*opened)["name"], "Anna Adams");
    EXPECT_TRUE(open_id_token(rsa().sign(claims(), "PS256"), keys({rsa().public_key()}), wishes));
    EXPECT_TRUE(open_id_token(rsa().sign(claims(), "RS256", nullptr), keys({rsa().public_key()}), wishes))
        << "a key without a name";
    cjose_err error{};
    const Signer ec(cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &error));
    EXPECT_TRUE(
        open_id_token(ec.sign(claims(), "ES256", "two"), keys({rsa().public_key(), ec.public_key("two")}), wishes));
    EXPECT_EQ(reason_with([](json& c) { c["aud"] = {"farboot"}; }), "");
    EXPECT_EQ(reason_with([](json& c) { c["aud"] = {"farboot", "other"}, c["azp"] = "farboot"; }), "");
    EXPECT_EQ(reason_with([](json& c) { c["exp"] = now - 30; }), "") << "clocks may differ by a minute";
}

TEST(IdToken, EachClaimMustBeRight)
{
    EXPECT_EQ(reason_with([](json& c) { c["iss"] = "https://login.example.org/"; }), "token-issuer");
    EXPECT_EQ(reason_with([](json& c) { c.erase("iss"); }), "token-issuer");
    EXPECT_EQ(reason_with([](json& c) { c["aud"] = "other"; }), "token-audience");
    EXPECT_EQ(reason_with([](json& c) { c["aud"] = json::array(); }), "token-audience");
    EXPECT_EQ(reason_with([](json& c) { c.erase("aud"); }), "token-audience");
    EXPECT_EQ(reason_with([](json& c) { c["aud"] = {"farboot", "other"}; }), "token-audience");
    EXPECT_EQ(reason_with([](json& c) { c["azp"] = "other"; }), "token-audience");
    EXPECT_EQ(reason_with([](json& c) { c["nonce"] = "another"; }), "token-nonce");
    EXPECT_EQ(reason_with([](json& c) { c.erase("nonce"); }), "token-nonce");
    EXPECT_EQ(reason_with([](json& c) { c["exp"] = now - 61; }), "token-expired");
    EXPECT_EQ(reason_with([](json& c) { c["exp"] = "tomorrow"; }), "token-malformed");
    EXPECT_EQ(reason_with([](json& c) { c["iat"] = now + 3600; }), "token-early");
    EXPECT_EQ(reason_with([](json& c) { c["nbf"] = now + 3600; }), "token-early");
    EXPECT_EQ(reason_with([](json& c) { c.erase("sub"); }), "token-malformed");
    EXPECT_EQ(reason_with([](json& c) { c["sub"] = std::string(256, 'x'); }), "token-malformed");
}

TEST(IdToken, OnlyTheProvidersKeysAndGoodAlgorithmsCount)
{
    const auto reason = [](const std::string& token, const std::vector<json>& list) {
        const auto opened = open_id_token(token, keys(list), wishes);
        return opened ? "" : opened.error().reason;
    };
    cjose_err error{};
    const Signer other(cjose_jwk_create_RSA_random(2048, nullptr, 0, &error));
    EXPECT_EQ(reason(other.sign(claims(), "RS256"), {rsa().public_key()}), "signature-wrong");
    EXPECT_EQ(reason(rsa().sign(claims(), "RS256", "new"), {rsa().public_key()}), "key-unknown");
    EXPECT_EQ(reason(rsa().sign(claims(), "RS256"), {}), "key-unknown");
    auto for_encryption = rsa().public_key();
    for_encryption["use"] = "enc";
    EXPECT_EQ(reason(rsa().sign(claims(), "RS256"), {for_encryption}), "key-unknown");

    // The public key as a shared secret: what a careless library takes.
    const auto public_text = rsa().public_key().dump();
    const Signer shared(cjose_jwk_create_oct_spec(reinterpret_cast<const std::uint8_t*>(public_text.data()),
                                                  public_text.size(), &error));
    EXPECT_EQ(reason(shared.sign(claims(), "HS256"), {rsa().public_key()}), "token-algorithm");
    const auto payload = base64url(claims().dump());
    EXPECT_EQ(reason(base64url(R"({"alg":"none"})") + "." + payload + ".", {rsa().public_key()}), "token-algorithm");
    EXPECT_EQ(reason(base64url(R"({"alg":"RS256","crit":["x"]})") + "." + payload + ".AAAA", {rsa().public_key()}),
              "token-malformed");
    const auto good = rsa().sign(claims(), "RS256");
    auto raised = claims();
    raised["sub"] = "1";
    const auto first = good.find('.');
    const auto second = good.find('.', first + 1);
    EXPECT_EQ(reason(good.substr(0, first + 1) + base64url(raised.dump()) + good.substr(second), {rsa().public_key()}),
              "signature-wrong");
    for (const std::string token : {"", ".", "..", "a.b", "a.b.c.d", "!.!.!", "e30.e30.", "bnVsbA.bnVsbA.bnVsbA"})
        EXPECT_NE(reason(token, {rsa().public_key()}), "") << token;
    EXPECT_EQ(reason(good + std::string(100'000, 'A'), {rsa().public_key()}), "token-malformed");
    for (const char* text : {"", "[]", "{}", R"({"keys": {}})"})
        EXPECT_EQ(KeySet::parse(text).error().reason, "oidc-provider") << text;
    EXPECT_TRUE(KeySet::parse(R"({"keys": [1, {}, {"kty": "RSA"}, {"kty": "oct", "k": "AAAA"}, {"kty": 5}]})"));
    EXPECT_EQ(reason(good, {json({{"kty", "RSA"}, {"kid", "one"}})}), "signature-wrong") << "a key that is none";
    // libcjose ends the program on base64 of a length that there is not.
    EXPECT_EQ(reason(good, {json({{"kty", "RSA"}, {"kid", "one"}, {"n", "AAAAA"}, {"e", "AQAB"}})}), "key-unknown");
    EXPECT_EQ(reason(good.substr(0, second + 6), {rsa().public_key()}), "signature-wrong");
}

TEST(OidcIdentity, IsMadeOfTheClaimsThatTheSettingsName)
{
    OidcSettings settings;
    settings.issuer = "https://login.example.org";
    settings.name_claim = "upn";
    settings.full_name_claim = "name";
    settings.groups_claim = "roles";
    settings.name_domain = "example.org";
    auto said = claims();
    EXPECT_EQ(OidcIdentity::of(said, settings).error().reason, "oidc-nameless");
    said["upn"] = "Anna.A@example.org";
    said["roles"] = {"staff", 5, std::string(600, 'x'), "teachers"};
    const auto anna = OidcIdentity::of(said, settings);
    ASSERT_TRUE(anna);
    EXPECT_EQ(anna->subject, "https://login.example.org 4711");
    EXPECT_EQ(anna->name, "anna.a");
    EXPECT_EQ(anna->full_name, "Anna Adams");
    EXPECT_EQ(anna->groups, (std::vector<std::string>{"staff", "teachers"}));
    said["upn"] = "anna@elsewhere.org";
    EXPECT_EQ(OidcIdentity::of(said, settings)->name, "anna@elsewhere.org") << "which is no user's name";
    said["roles"] = "staff";
    EXPECT_EQ(OidcIdentity::of(said, settings)->groups, (std::vector<std::string>{"staff"}));
}
