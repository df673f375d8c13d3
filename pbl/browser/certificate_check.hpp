#pragma once

#include "rootfs/base/error.hpp"

#include <ctime>
#include <memory>
#include <string>
#include <vector>

struct x509_store_st;

namespace farboot::browser
{

/// Decides about the server's certificate by the authorities that the preboot system was built with, and by nothing
/// else.
class CertificateCheck
{
public:
    /// Reads the authorities (PEM). Reason: ca-unreadable.
    [[nodiscard]] static Result<CertificateCheck> load(const std::string& ca_file);

    /// `chain` is what the server sent, DER, its own certificate first. Accepted is a certificate for a TLS server that
    /// leads to a pinned authority, names `host` (a DNS name or an IP address), and is valid at `now` (seconds since
    /// 1970). Reason: tls.
    [[nodiscard]] Result<void> verify(const std::vector<std::string>& chain, const std::string& host,
                                      std::time_t now) const;

private:
    explicit CertificateCheck(x509_store_st* store);
    std::shared_ptr<x509_store_st> store_;
};

} // namespace farboot::browser
