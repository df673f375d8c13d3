#include "tests/unit/pbl/browser/test_authority.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <fstream>
#include <stdexcept>

namespace farboot::browser::test
{

namespace
{

void require(bool fine, const char* what)
{
    if (!fine)
        throw std::runtime_error(what);
}

std::shared_ptr<EVP_PKEY> new_key()
{
    std::shared_ptr<EVP_PKEY> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    require(key != nullptr, "key");
    return key;
}

void extend(X509* certificate, X509* issuer, int nid, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    auto* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, "extension");
    X509_EXTENSION_free(extension);
}

std::shared_ptr<X509> new_certificate(const std::string& name, EVP_PKEY* key, std::time_t from, std::time_t to)
{
    static std::atomic<long> serial = 1;
    std::shared_ptr<X509> certificate(X509_new(), X509_free);
    require(certificate != nullptr, "certificate");
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
    ASN1_TIME_set(X509_getm_notBefore(certificate.get()), from);
    ASN1_TIME_set(X509_getm_notAfter(certificate.get()), to);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_pubkey(certificate.get(), key);
    return certificate;
}

template <class Write>
std::string written(Write write)
{
    std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    require(write(bio.get()) == 1, "write");
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

} // namespace

TestAuthority::TestAuthority() : key_(new_key())
{
    certificate_ = new_certificate("Test authority", key_.get(), 0, 4'000'000'000);
    X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
    extend(certificate_.get(), certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
    extend(certificate_.get(), certificate_.get(), NID_key_usage, "critical,keyCertSign");
    extend(certificate_.get(), certificate_.get(), NID_subject_key_identifier, "hash");
    require(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) > 0, "sign");
}

Issued TestAuthority::issue(const std::string& names, std::time_t from, std::time_t to) const
{
    return issue(names, from, to, "serverAuth");
}

Issued TestAuthority::issue(const std::string& names, std::time_t from, std::time_t to,
                            const std::string& purpose) const
{
    const auto key = new_key();
    const auto certificate = new_certificate("farboot server", key.get(), from, to);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
    extend(certificate.get(), certificate_.get(), NID_basic_constraints, "critical,CA:FALSE");
    extend(certificate.get(), certificate_.get(), NID_ext_key_usage, purpose);
    extend(certificate.get(), certificate_.get(), NID_subject_alt_name, names);
    require(X509_sign(certificate.get(), key_.get(), EVP_sha256()) > 0, "sign");
    return {written([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); }),
            written([&](BIO* bio) { return i2d_X509_bio(bio, certificate.get()); }), written([&](BIO* bio) {
                return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
            })};
}

void TestAuthority::write_pem(const std::filesystem::path& file) const
{
    std::ofstream(file) << written([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate_.get()); });
}

} // namespace farboot::browser::test
