#pragma once

#include "rootfs/settings/fields.hpp"

namespace farboot::settings
{

/// Who may log in besides the system's own users:
///
///     {"kind": "ldap", "servers": ["ldaps://ldap.example.org"], "base": "dc=example,dc=org",
///      "schema": "rfc2307", "ca": "-----BEGIN CERTIFICATE-----…", "groups": ["students"]}
///     {"kind": "local"}: nobody
///
/// SSSD looks users up without a password of its own and checks theirs by binding as them; ldap:// is used with
/// StartTLS only.
struct Login {
    static constexpr const char* name = "login";
    static constexpr std::size_t longest_ca = 16 << 10;
    std::vector<std::string> servers; ///< none: kind "local"
    std::string base;
    std::string schema = "rfc2307";    ///< or rfc2307bis, ad
    std::string ca{};                  ///< certificates in PEM; empty: those that the system trusts
    std::vector<std::string> groups{}; ///< only their members; none: all
    bool operator==(const Login&) const = default;
    [[nodiscard]] static Parsed<Login> parse(const Json& value);
    [[nodiscard]] Json to_json() const;
};

} // namespace farboot::settings
