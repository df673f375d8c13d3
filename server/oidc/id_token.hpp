#pragma once

#include "server/oidc/jose.hpp"

#include <chrono>

namespace farboot::server
{

/// What an ID token must say.
struct IdTokenWishes {
    std::string issuer;
    std::string client_id;
    std::string nonce;
    std::chrono::sys_seconds now;
};

/// The claims of an ID token: its signature, issuer, audience, authorized party, nonce and times are as OpenID Connect
/// Core 1.0, 3.1.3.7, wants them. Clocks may differ by a minute. Reasons: KeySet::open()'s, token-malformed,
/// token-issuer, token-audience, token-nonce, token-expired, token-early.
[[nodiscard]] Result<nlohmann::json> open_id_token(std::string_view token, const KeySet& keys,
                                                   const IdTokenWishes& wishes);

} // namespace farboot::server
