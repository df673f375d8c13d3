#include "tests/unit/rootfs/fetch/authority.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace farboot::rootfs::testing_fetch
{

namespace
{

void require(bool good)
{
    if (!good)
        throw std::runtime_error("OpenSSL did not make the test's certificate");
}

template <class Write>
std::string pem(Write write)
{
    BIO* bio = BIO_new(BIO_s_mem());
    char* data = nullptr;
    require(bio != nullptr && write(bio) == 1);
    long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
}

std::string pem(X509* certificate)
{
    return pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

void extend(X509* certificate, X509* issuer, int id, const char* value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value);
    require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

X509* new_certificate(EVP_PKEY* key, const char* common_name, int from_day, int to_day)
{
    static int serial = 0;
    X509* certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), from_day * 86'400L);
    X509_gmtime_adj(X509_getm_notAfter(certificate), to_day * 86'400L);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
    return certificate;
}

} // namespace

struct Authority::State {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = nullptr;
};

Authority::Authority() : state_(std::make_unique<State>())
{
    require(state_->key != nullptr);
    X509* certificate = new_certificate(state_->key, "Test authority", -3650, 3650);
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
    extend(certificate, certificate, NID_key_usage, "critical,keyCertSign");
    require(X509_sign(certificate, state_->key, EVP_sha256()) > 0);
    state_->certificate = certificate;
}

Authority::~Authority()
{
    X509_free(state_->certificate);
    EVP_PKEY_free(state_->key);
}

std::string Authority::certificate() const
{
    return pem(state_->certificate);
}

Identity Authority::issue(const std::string& name, int from_day, int to_day) const
{
    EVP_PKEY* key = EVP_EC_gen("P-256");
    require(key != nullptr);
    X509* certificate = new_certificate(key, "Test server", from_day, to_day);
    X509_set_issuer_name(certificate, X509_get_subject_name(state_->certificate));
    extend(certificate, state_->certificate, NID_subject_alt_name, name.c_str());
    require(X509_sign(certificate, state_->key, EVP_sha256()) > 0);
    Identity identity{pem(certificate), pem([&](BIO* bio) {
                          return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
                      })};
    X509_free(certificate);
    EVP_PKEY_free(key);
    return identity;
}

Folder::Folder()
{
    std::string name = std::filesystem::temp_directory_path() / "farboot-fetch-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr)
        throw std::runtime_error("no temporary folder for the test");
    path_ = name;
}

Folder::~Folder()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string Folder::write(const std::string& name, const std::string& text) const
{
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
}

} // namespace farboot::rootfs::testing_fetch
