#pragma once

#include "rootfs/base/error.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

/// Signed JSON, by libcjose.
namespace farboot::server
{

/// The public keys of a provider: RFC 7517.
class KeySet
{
public:
    /// Keeps what may verify signatures: RSA and EC keys, at most 50. Reason: oidc-provider.
    [[nodiscard]] static Result<KeySet> parse(std::string_view json);

    /// The payload of a compact JWS (RFC 7515) that one of these keys has signed, as JSON. Algorithms: RS, PS and ES
    /// with 256, 384 or 512 bits; never none, never one with a shared secret. Reasons: token-malformed,
    /// token-algorithm, key-unknown (no key of this name: they may have been changed), signature-wrong.
    [[nodiscard]] Result<nlohmann::json> open(std::string_view token) const;

private:
    struct Key {
        std::string id; ///< empty: it has none
        std::string type;
        std::string algorithm; ///< empty: any that fits the type
        std::string text;
    };
    std::vector<Key> keys_;
};

/// base64url (RFC 7515, without padding).
[[nodiscard]] std::string base64url(std::string_view bytes);

} // namespace farboot::server
