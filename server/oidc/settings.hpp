#pragma once

#include "rootfs/base/error.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

namespace farboot::server
{

/// Which OpenID Connect provider people log in at, and what of its claims counts (docs/users.md).
struct OidcSettings {
    std::string issuer;    ///< https://…, exactly as the provider calls itself
    std::string client_id; ///< what this server is called there
    std::string secret;    ///< from the file that the settings name; empty: a public client
    std::string ca;        ///< PEM file; the authorities that the provider's certificate may be of
    std::string scopes;    ///< with spaces between them; openid is one
    std::string name_claim;
    std::string full_name_claim;
    std::string groups_claim;
    std::string name_domain;         ///< "example.org" is cut off "anna@example.org"; empty: nothing is
    std::string label_de, label_en;  ///< of the button: the institution's name for its log-in
    std::chrono::seconds timeout{5}; ///< of each request

    /// JSON. Reasons: oidc-malformed, not-found, io.
    [[nodiscard]] static Result<OidcSettings> parse(std::string_view json);
};

/// Reads the settings from a file; its errors name it. Reasons: those of OidcSettings::parse(), and of reading a file.
[[nodiscard]] Result<OidcSettings> read_provider_settings(const std::filesystem::path& file);

} // namespace farboot::server
