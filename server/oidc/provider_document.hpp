#pragma once

#include "rootfs/base/error.hpp"

#include <string>
#include <string_view>

namespace farboot::server
{

/// Where a provider's things are: OpenID Connect Discovery 1.0, /.well-known/openid-configuration.
struct ProviderDocument {
    std::string authorization_endpoint;
    std::string token_endpoint;
    std::string userinfo_endpoint; ///< empty: there is none
    std::string jwks_uri;
    bool secret_in_body = false; ///< it takes the client's secret by client_secret_post alone

    /// Addresses must be https://; the document must be of this issuer. Reason: oidc-provider.
    [[nodiscard]] static Result<ProviderDocument> parse(std::string_view json, std::string_view issuer);
};

} // namespace farboot::server
