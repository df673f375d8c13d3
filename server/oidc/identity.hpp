#pragma once

#include "server/oidc/settings.hpp"

#include <nlohmann/json_fwd.hpp>

#include <vector>

namespace farboot::server
{

/// Whom a provider has logged in.
struct OidcIdentity {
    std::string subject;   ///< the issuer and its name for the person, which never becomes another person's
    std::string name;      ///< of a user here: people::is_user_name() must be asked
    std::string full_name; ///< may be empty
    std::vector<std::string> groups;

    /// From claims, which are checked already. Takes at most 1,000 groups. Reason: oidc-nameless.
    [[nodiscard]] static Result<OidcIdentity> of(const nlohmann::json& claims, const OidcSettings& settings);
};

} // namespace farboot::server
