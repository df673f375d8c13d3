#include "server/oidc/jose.hpp"

#include <cjose/cjose.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <optional>

namespace farboot::server
{

using nlohmann::json;

namespace
{

constexpr std::size_t max_token = 64 << 10;
constexpr std::size_t max_keys = 50;

struct Free {
    void operator()(cjose_jwk_t* key) const { cjose_jwk_release(key); }
    void operator()(cjose_jws_t* signature) const { cjose_jws_release(signature); }
};

std::string text_in(const json& object, const char* name)
{
    const auto member = object.find(name);
    return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

/// What kind of key an algorithm needs; empty: the algorithm is not one of ours.
std::string type_for(std::string_view algorithm)
{
    constexpr std::array<std::string_view, 9> known{"RS256", "RS384", "RS512", "PS256", "PS384",
                                                    "PS512", "ES256", "ES384", "ES512"};
    if (std::ranges::find(known, algorithm) == known.end())
        return {};
    return algorithm.starts_with("ES") ? "EC" : "RSA";
}

/// Base64url without padding, of a length that there is (RFC 4648 section 5). libcjose ends the program on some that
/// are not.
bool is_base64url(std::string_view text)
{
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return !text.empty() && text.size() % 4 != 1 && text.find_first_not_of(alphabet) == std::string_view::npos;
}

std::optional<std::string> from_base64url(std::string_view text)
{
    std::uint8_t* bytes = nullptr;
    std::size_t length = 0;
    cjose_err error{};
    if (!is_base64url(text) || !cjose_base64url_decode(text.data(), text.size(), &bytes, &length, &error))
        return std::nullopt;
    std::string decoded(reinterpret_cast<const char*>(bytes), length);
    std::free(bytes); // NOLINT(cppcoreguidelines-no-malloc): that is how libcjose hands it over
    return decoded;
}

std::optional<json> part_of(std::string_view text)
{
    const auto decoded = from_base64url(text);
    auto parsed = decoded ? json::parse(*decoded, nullptr, false) : json();
    return parsed.is_object() ? std::optional(std::move(parsed)) : std::nullopt;
}

/// The token's other parts have been read.
bool verifies(std::string_view token, const std::string& key_text)
{
    if (!is_base64url(token.substr(token.rfind('.') + 1)))
        return false;
    cjose_err error{};
    const std::unique_ptr<cjose_jwk_t, Free> key(cjose_jwk_import(key_text.data(), key_text.size(), &error));
    const std::unique_ptr<cjose_jws_t, Free> signature(cjose_jws_import(token.data(), token.size(), &error));
    return key && signature && cjose_jws_verify(signature.get(), key.get(), &error);
}

} // namespace

Result<KeySet> KeySet::parse(std::string_view text)
{
    const auto root = json::parse(text, nullptr, false);
    const auto list = root.is_object() ? root.value("keys", json()) : json();
    if (!list.is_array() || list.size() > max_keys)
        return fail("oidc-provider", "The provider's keys are no list of at most {} keys.", max_keys);
    KeySet set;
    for (const auto& item : list) {
        if (!item.is_object() || text_in(item, "use") == "enc")
            continue;
        Key key{text_in(item, "kid"), text_in(item, "kty"), text_in(item, "alg"), {}};
        if (key.type != "RSA" && key.type != "EC")
            continue;
        // Nothing but the public key: libcjose shall see no chains or private parts.
        json known;
        bool readable = true;
        for (const char* name : {"kty", "crv", "n", "e", "x", "y"})
            if (const auto member = text_in(item, name); !member.empty())
                known[name] = member;
        for (const char* name : {"n", "e", "x", "y"})
            readable = readable && (!known.contains(name) || is_base64url(text_in(item, name)));
        if (!readable)
            continue;
        key.text = known.dump(-1, ' ', false, json::error_handler_t::replace);
        set.keys_.push_back(std::move(key));
    }
    return set;
}

Result<json> KeySet::open(std::string_view token) const
{
    const auto malformed = [] { return fail("token-malformed", "The provider's token is no signed JSON."); };
    const auto first = token.find('.');
    const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (token.size() > max_token || second == std::string_view::npos ||
        token.find('.', second + 1) != std::string_view::npos)
        return malformed();
    const auto header = part_of(token.substr(0, first));
    auto payload = part_of(token.substr(first + 1, second - first - 1));
    if (!header || !payload || header->contains("crit"))
        return malformed();
    const auto algorithm = text_in(*header, "alg");
    const auto type = type_for(algorithm);
    if (type.empty())
        return fail("token-algorithm", "The provider signs in a way that is not accepted here ({}).",
                    algorithm.substr(0, 20));
    const auto id = text_in(*header, "kid");
    bool tried = false;
    for (const auto& key : keys_) {
        if (key.type != type || (!key.algorithm.empty() && key.algorithm != algorithm) || (!id.empty() && key.id != id))
            continue;
        tried = true;
        if (verifies(token, key.text))
            return *std::move(payload);
    }
    if (!tried)
        return fail("key-unknown", "The provider's token is signed with a key that is none of the provider's.");
    return fail("signature-wrong", "The signature of the provider's token is wrong.");
}

std::string base64url(std::string_view bytes)
{
    char* text = nullptr;
    std::size_t length = 0;
    cjose_err error{};
    if (!cjose_base64url_encode(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), &text, &length,
                                &error))
        return {};
    std::string encoded(text, length);
    std::free(text); // NOLINT(cppcoreguidelines-no-malloc): that is how libcjose hands it over
    return encoded;
}

} // namespace farboot::server
