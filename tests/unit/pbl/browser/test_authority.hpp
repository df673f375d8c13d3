#pragma once

#include <ctime>
#include <filesystem>
#include <memory>
#include <string>

struct x509_st;
struct evp_pkey_st;

namespace farboot::browser::test
{

struct Issued {
    std::string certificate_pem;
    std::string certificate_der;
    std::string key_pem;
};

/// A certificate authority that lives as long as a test.
class TestAuthority
{
public:
    TestAuthority();
    /// A certificate for a TLS server. `names` as in X509V3_CONFIG: "DNS:server.example,IP:10.0.2.2".
    [[nodiscard]] Issued issue(const std::string& names, std::time_t from, std::time_t to) const;
    /// The same for a purpose of one's own ("clientAuth").
    [[nodiscard]] Issued issue(const std::string& names, std::time_t from, std::time_t to,
                               const std::string& purpose) const;
    void write_pem(const std::filesystem::path& file) const;

private:
    std::shared_ptr<evp_pkey_st> key_;
    std::shared_ptr<x509_st> certificate_;
};

} // namespace farboot::browser::test
