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

/// An authority for 30 years.
[[nodiscard]] KeyAndCertificate make_authority(std::string_view common_name);

[[nodiscard]] std::string make_key();
/// A server's certificate for a year. `names`: host names and IP addresses.
[[nodiscard]] std::string issue_certificate(const KeyAndCertificate& authority, std::string_view key,
                                            const std::vector<std::string>& names);

/// What a certificate says. Reason: certificate-malformed.
struct CertificateFacts {
    std::vector<std::string> names; ///< of the subject's alternative names, in order
    std::chrono::sys_seconds expires;
};
[[nodiscard]] Result<CertificateFacts> read_certificate(std::string_view pem);
[[nodiscard]] bool issued_by(std::string_view certificate, std::string_view authority);
[[nodiscard]] bool key_fits(std::string_view certificate, std::string_view key);

} // namespace farboot::server
