#include "server/trust/certificate.hpp"

#include "rootfs/base/freer.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <array>
#include <ctime>
#include <memory>
#include <stdexcept>

namespace farboot::server
{

namespace
{

using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freer<GENERAL_NAMES_free>>;

void need(bool good, const char* what)
{
    if (good)
        return;
    std::array<char, 256> text{};
    ERR_error_string_n(ERR_get_error(), text.data(), text.size());
    throw std::runtime_error(fmt::format("OpenSSL could not {}: {}", what, text.data()));
}

std::string text_of(const Bio& bio)
{
    char* data = nullptr;
    const auto length = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(length)};
}

Bio bio_over(std::string_view text)
{
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string pem_of(EVP_PKEY* key)
{
    const Bio bio(BIO_new(BIO_s_mem()));
    need(PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1, "write a key");
    return text_of(bio);
}

std::string pem_of(X509* certificate)
{
    const Bio bio(BIO_new(BIO_s_mem()));
    need(PEM_write_bio_X509(bio.get(), certificate) == 1, "write a certificate");
    return text_of(bio);
}

Key key_of(std::string_view pem)
{
    return Key(PEM_read_bio_PrivateKey(bio_over(pem).get(), nullptr, nullptr, nullptr));
}

Certificate certificate_of(std::string_view pem)
{
    return Certificate(PEM_read_bio_X509(bio_over(pem).get(), nullptr, nullptr, nullptr));
}

Key fresh_key()
{
    Key key(EVP_EC_gen("P-256"));
    need(key != nullptr, "make a key");
    return key;
}

constexpr std::chrono::sys_seconds long_ago = std::chrono::sys_days(std::chrono::year(2020) / 1 / 1);

std::chrono::sys_seconds time_of(const ASN1_TIME* time)
{
    std::tm parts{};
    ASN1_TIME_to_tm(time, &parts);
    return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&parts)));
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_nconf_nid(nullptr, &context, kind, value.c_str()));
    need(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "extend a certificate");
}

/// A certificate with all but issuer, extensions and signature.
Certificate blank(std::string_view common_name, EVP_PKEY* key, std::chrono::sys_seconds begins,
                  std::chrono::sys_seconds expires)
{
    Certificate certificate(X509_new());
    std::array<unsigned char, 16> serial{};
    need(certificate && RAND_bytes(serial.data(), serial.size()) == 1, "make a certificate");
    serial[0] &= 0x7f; // positive (RFC 5280 section 4.1.2.2)
    BIGNUM* number = BN_bin2bn(serial.data(), serial.size(), nullptr);
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.get()));
    BN_free(number);
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_TIME_set(X509_getm_notBefore(certificate.get()), begins.time_since_epoch().count());
    ASN1_TIME_set(X509_getm_notAfter(certificate.get()), expires.time_since_epoch().count());
    X509_set_pubkey(certificate.get(), key);
    need(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name.data()),
                                    static_cast<int>(common_name.size()), -1, 0) == 1,
         "name a certificate");
    return certificate;
}

/// By hand, not through OpenSSL's "DNS:a,IP:b" syntax, into which a name could smuggle more.
void add_names(X509* certificate, const std::vector<std::string>& names)
{
    const Names list(GENERAL_NAMES_new());
    for (const auto& name : names) {
        std::array<unsigned char, 16> raw{};
        const int length = ::inet_pton(AF_INET, name.c_str(), raw.data()) == 1    ? 4
                           : ::inet_pton(AF_INET6, name.c_str(), raw.data()) == 1 ? 16
                                                                                  : 0;
        GENERAL_NAME* item = GENERAL_NAME_new();
        ASN1_STRING* value = length ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();
        const void* bytes = length ? static_cast<const void*>(raw.data()) : name.data();
        ASN1_STRING_set(value, bytes, length ? length : static_cast<int>(name.size()));
        GENERAL_NAME_set0_value(item, length ? GEN_IPADD : GEN_DNS, value);
        need(sk_GENERAL_NAME_push(list.get(), item) > 0, "name a certificate");
    }
    need(X509_add1_ext_i2d(certificate, NID_subject_alt_name, list.get(), 0, X509V3_ADD_DEFAULT) == 1,
         "name a certificate");
}

void sign(X509* certificate, EVP_PKEY* key)
{
    need(X509_sign(certificate, key, EVP_sha256()) > 0, "sign a certificate");
}

} // namespace

KeyAndCertificate make_authority(std::string_view common_name, std::chrono::sys_seconds now)
{
    const auto key = fresh_key();
    const auto certificate =
        blank(common_name, key.get(), long_ago, std::max(now, long_ago) + std::chrono::days(30 * 365));
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
    extend(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    extend(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    extend(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
    sign(certificate.get(), key.get());
    return {pem_of(key.get()), pem_of(certificate.get())};
}

std::string make_key()
{
    return pem_of(fresh_key().get());
}

std::string issue_certificate(const KeyAndCertificate& authority, std::string_view key_pem,
                              const std::vector<std::string>& names, std::chrono::sys_seconds now)
{
    const auto issuer = certificate_of(authority.certificate);
    const auto issuer_key = key_of(authority.key);
    const auto key = key_of(key_pem);
    need(issuer && issuer_key && key, "read the authority's files");
    const auto certificate =
        blank(names.front().substr(0, 64), key.get(), now - std::chrono::days(1), now + certificate_life);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
    extend(certificate.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE");
    extend(certificate.get(), issuer.get(), NID_key_usage, "critical,digitalSignature");
    extend(certificate.get(), issuer.get(), NID_ext_key_usage, "serverAuth");
    extend(certificate.get(), issuer.get(), NID_subject_key_identifier, "hash");
    extend(certificate.get(), issuer.get(), NID_authority_key_identifier, "keyid:always");
    add_names(certificate.get(), names);
    sign(certificate.get(), issuer_key.get());
    return pem_of(certificate.get());
}

Result<CertificateFacts> read_certificate(std::string_view pem)
{
    const auto certificate = certificate_of(pem);
    if (!certificate)
        return fail("certificate-malformed", "This is not a certificate in PEM form.");
    CertificateFacts facts;
    facts.begins = time_of(X509_get0_notBefore(certificate.get()));
    facts.expires = time_of(X509_get0_notAfter(certificate.get()));
    const Names list(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()); ++i) {
        int kind = 0;
        const auto* value =
            static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(list.get(), i), &kind));
        const auto* bytes = ASN1_STRING_get0_data(value);
        const auto length = ASN1_STRING_length(value);
        std::array<char, INET6_ADDRSTRLEN> text{};
        if (kind == GEN_DNS)
            facts.names.emplace_back(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
        else if (kind == GEN_IPADD && (length == 4 || length == 16))
            facts.names.emplace_back(::inet_ntop(length == 4 ? AF_INET : AF_INET6, bytes, text.data(), text.size()));
    }
    return facts;
}

bool issued_by(std::string_view certificate_pem, std::string_view authority_pem)
{
    const auto certificate = certificate_of(certificate_pem);
    const auto authority = certificate_of(authority_pem);
    return certificate && authority && X509_verify(certificate.get(), X509_get0_pubkey(authority.get())) == 1;
}

bool key_fits(std::string_view certificate_pem, std::string_view key_pem)
{
    const auto certificate = certificate_of(certificate_pem);
    const auto key = key_of(key_pem);
    return certificate && key && X509_check_private_key(certificate.get(), key.get()) == 1;
}

} // namespace farboot::server
