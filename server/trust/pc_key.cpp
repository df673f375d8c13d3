#include "server/trust/pc_key.hpp"

#include "rootfs/base/digest.hpp"
#include "rootfs/base/encoding.hpp"
#include "rootfs/base/freer.hpp"
#include "server/base/lasting.hpp"
#include "server/trust/secret.hpp"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>

#include <array>
#include <charconv>
#include <memory>
#include <stdexcept>

namespace farboot::server
{

namespace
{

using Pkey = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using MdContext = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;
using Number = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;

constexpr std::size_t ed25519_bytes = 32;
constexpr std::size_t p256_bytes = 65;
constexpr std::size_t signature_bytes = 64;
constexpr std::size_t max_challenge = 128;

const unsigned char* chars(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

Pkey p256_key(std::string_view point)
{
    const Builder builder(OSSL_PARAM_BLD_new());
    if (!builder || OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1)
        return nullptr;
    const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* key = nullptr;
    if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
        return nullptr;
    return Pkey(key);
}

Pkey open_key(PcKey::Kind kind, std::string_view raw)
{
    auto key = kind == PcKey::Kind::p256
                   ? p256_key(raw)
                   : Pkey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, chars(raw), raw.size()));
    const KeyContext context(key ? EVP_PKEY_CTX_new(key.get(), nullptr) : nullptr);
    const bool good = context && EVP_PKEY_public_check(context.get()) == 1;
    ERR_clear_error(); // a bad key is no error of the next caller
    return good ? std::move(key) : nullptr;
}

/// r and s as OpenSSL wants them (ASN.1 DER).
std::string der_of(std::string_view signature)
{
    Number r(BN_bin2bn(chars(signature), 32, nullptr));
    Number s(BN_bin2bn(chars(signature) + 32, 32, nullptr));
    const Signature both(ECDSA_SIG_new());
    if (!r || !s || !both || ECDSA_SIG_set0(both.get(), r.get(), s.get()) != 1)
        throw std::bad_alloc();
    static_cast<void>(r.release()); // they are the signature's now
    static_cast<void>(s.release());
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(both.get(), &der);
    if (size <= 0)
        throw std::bad_alloc();
    std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return text;
}

} // namespace

PcKey::PcKey(Kind kind, std::string raw, std::string text) : kind_(kind), raw_(std::move(raw)), text_(std::move(text))
{
}

Result<PcKey> PcKey::parse(std::string_view text)
{
    for (const auto& [name, kind, bytes] :
         {std::tuple("ed25519:", Kind::ed25519, ed25519_bytes), std::tuple("p256:", Kind::p256, p256_bytes)}) {
        if (!text.starts_with(name))
            continue;
        auto raw = from_base64(text.substr(std::string_view(name).size()));
        if (raw && raw->size() == bytes && open_key(kind, *raw))
            return PcKey(kind, std::move(*raw), std::string(text));
    }
    return fail("key-malformed", "A PC's key is \"ed25519:\" and 32 bytes, or \"p256:\" and a point of 65 bytes, in "
                                 "base64.");
}

std::string PcKey::code() const
{
    constexpr std::string_view alphabet = "23456789abcdefghijkmnpqrstuvwxyz"; // as of passwords: no 0, 1, l, o
    const auto digest = sha256(as_bytes(text_)).bytes;
    std::string code;
    unsigned bits = 0;
    int held = 0;
    for (std::size_t i = 0; i < 10; ++i) {
        bits = (bits << 8) | std::to_integer<unsigned>(digest[i]);
        for (held += 8; held >= 5; held -= 5) {
            if (code.size() % 5 == 4)
                code += '-';
            code += alphabet[(bits >> (held - 5)) & 31];
        }
    }
    return code;
}

bool PcKey::verify(std::string_view message, std::string_view signature) const
{
    if (signature.size() != signature_bytes)
        return false;
    const auto key = open_key(kind_, raw_);
    const MdContext context(EVP_MD_CTX_new());
    const bool p256 = kind_ == Kind::p256;
    const auto given = p256 ? der_of(signature) : std::string(signature);
    const bool good =
        key && context &&
        EVP_DigestVerifyInit(context.get(), nullptr, p256 ? EVP_sha256() : nullptr, nullptr, key.get()) == 1 &&
        EVP_DigestVerify(context.get(), chars(given), given.size(), chars(message), message.size()) == 1;
    ERR_clear_error();
    return good;
}

std::string pc_proof_message(std::string_view host, std::string_view challenge)
{
    return fmt::format("farboot-pc-1\n{}\n{}", host, challenge);
}

std::string PcChallenges::mac(std::string_view text) const
{
    std::array<unsigned char, 32> bytes{};
    unsigned size = bytes.size();
    if (!HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()), chars(text), text.size(), bytes.data(),
              &size))
        throw std::bad_alloc();
    return hex(std::as_bytes(std::span(bytes)));
}

std::string PcChallenges::fresh(std::chrono::sys_seconds now) const
{
    const auto text = fmt::format("{}.{}", (now + life).time_since_epoch().count(), fresh_secret().substr(0, 32));
    return text + "." + mac(text);
}

bool PcChallenges::accepts(std::string_view challenge, std::chrono::sys_seconds now) const
{
    const auto dot = challenge.rfind('.');
    if (challenge.size() > max_challenge || dot == std::string_view::npos ||
        !same_secret(challenge.substr(dot + 1), mac(challenge.substr(0, dot))))
        return false;
    std::int64_t until = 0;
    std::from_chars(challenge.data(), challenge.data() + challenge.size(),
                    until); // it is ours: it begins with a number
    return until >= now.time_since_epoch().count() && until <= latest_end(now, life).time_since_epoch().count();
}

} // namespace farboot::server
