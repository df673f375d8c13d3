#include "pbl/browser/certificate_check.hpp"

#include "rootfs/base/freer.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <new>

namespace farboot::browser
{

namespace
{

/// A real chain has three or four certificates; a long one is only work for us.
constexpr std::size_t max_chain = 10;
/// As OpenSSL's TLS clients on Debian: RSA from 2048 bits, no SHA-1.
constexpr int security_level = 2;

void free_stack(STACK_OF(X509) * stack)
{
    sk_X509_pop_free(stack, X509_free);
}

using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Certificates = std::unique_ptr<STACK_OF(X509), Freer<free_stack>>;
using Context = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;

Certificate parse(const std::string& der)
{
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const auto* end = at + der.size();
    Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    return at == end ? std::move(certificate) : nullptr;
}

} // namespace

CertificateCheck::CertificateCheck(x509_store_st* store) : store_(store, X509_STORE_free) {}

Result<CertificateCheck> CertificateCheck::load(const std::string& ca_file)
{
    auto* store = X509_STORE_new();
    if (store == nullptr)
        throw std::bad_alloc();
    CertificateCheck check(store);
    if (X509_STORE_load_file(store, ca_file.c_str()) != 1) {
        ERR_clear_error();
        return fail("ca-unreadable", "There are no certificate authorities to be read in {}: no server can be trusted.",
                    ca_file);
    }
    return check;
}

Result<void> CertificateCheck::verify(const std::vector<std::string>& chain, const std::string& host,
                                      std::time_t now) const
{
    if (chain.empty() || chain.size() > max_chain)
        return fail("tls", "{} sent {} certificates, not 1 to {}.", host, chain.size(), max_chain);
    Certificates sent(sk_X509_new_null());
    for (const auto& der : chain) {
        auto certificate = parse(der);
        if (!certificate)
            return fail("tls", "{} sent a certificate that cannot be read.", host);
        if (sk_X509_push(sent.get(), certificate.get()) <= 0)
            throw std::bad_alloc();
        static_cast<void>(certificate.release()); // the stack owns it now
    }

    Context context(X509_STORE_CTX_new());
    if (!context || X509_STORE_CTX_init(context.get(), store_.get(), sk_X509_value(sent.get(), 0), sent.get()) != 1)
        throw std::bad_alloc();
    auto* wanted = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_purpose(wanted, X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set_auth_level(wanted, security_level);
    X509_VERIFY_PARAM_set_time(wanted, now);
    // As libcurl: an institution may pin an intermediate authority.
    X509_VERIFY_PARAM_set_flags(wanted, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const bool named = X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) == 1 ||
                       (!host.empty() && X509_VERIFY_PARAM_set1_host(wanted, host.data(), host.size()) == 1);
    ERR_clear_error();
    if (!named)
        return fail("tls", "\"{}\" is neither a host's name nor an address.", host);
    if (X509_verify_cert(context.get()) == 1)
        return {};
    const int error = X509_STORE_CTX_get_error(context.get());
    ERR_clear_error();
    return fail(
        "tls",
        "{} could not prove who it is: {}. If it has a new certificate, this preboot system needs the new authority.",
        host, X509_verify_cert_error_string(error));
}

} // namespace farboot::browser
