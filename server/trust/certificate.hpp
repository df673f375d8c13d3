#pragma once

#include "rootfs/base/error.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

/// X.509 certificates and their keys (EC P-256) as PEM text. All functions throw std::runtime_error where OpenSSL
/// itself fails.
namespace farboot::server
{

struct KeyAndCertificate {
    std::string key;         ///< PKCS#8 PEM
    std::string certificate; ///< PEM
};

/// An authority for 30 years. Its certificate is pinned and holds since long ago: whatever the clock showed when it was
/// made, it holds today.
[[nodiscard]] KeyAndCertificate make_authority(std::string_view common_name, std::chrono::sys_seconds now);

[[nodiscard]] std::string make_key();
inline constexpr std::chrono::days certificate_life{365};
/// A server's certificate for a year, from a day before `now`: clients' clocks are not exact. `names`: host names and
/// IP addresses.
[[nodiscard]] std::string issue_certificate(const KeyAndCertificate& authority, std::string_view key,
                                            const std::vector<std::string>& names, std::chrono::sys_seconds now);

/// What a certificate says. Reason: certificate-malformed.
struct CertificateFacts {
    std::vector<std::string> names; ///< of the subject's alternative names, in order
    std::chrono::sys_seconds begins;
    std::chrono::sys_seconds expires;
};
[[nodiscard]] Result<CertificateFacts> read_certificate(std::string_view pem);
[[nodiscard]] bool issued_by(std::string_view certificate, std::string_view authority);
[[nodiscard]] bool key_fits(std::string_view certificate, std::string_view key);

} // namespace farboot::server
