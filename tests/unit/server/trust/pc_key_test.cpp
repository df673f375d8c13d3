#include "server/trust/pc_key.hpp"

#include "rootfs/base/encoding.hpp"
#include "rootfs/base/freer.hpp"
#include "rootfs/record/key.hpp"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <memory>
#include <set>

using namespace farboot;
using namespace farboot::server;

namespace
{

using Pkey = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using MdContext = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;

/// A P-256 key as a TPM has one, made by OpenSSL.
struct P256 {
    Pkey key{EVP_EC_gen("P-256")};

    [[nodiscard]] std::string text() const
    {
        std::string point(65, '\0');
        std::size_t size = 0;
        EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY,
                                        reinterpret_cast<unsigned char*>(point.data()), point.size(), &size);
        return "p256:" + base64(as_bytes(point.substr(0, size)));
    }

    /// r and s, 32 bytes each.
    [[nodiscard]] std::string sign(std::string_view message) const
    {
        const MdContext context(EVP_MD_CTX_new());
        std::string der(100, '\0');
        std::size_t size = der.size();
        EXPECT_EQ(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()), 1);
        EXPECT_EQ(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size,
                                 reinterpret_cast<const unsigned char*>(message.data()), message.size()),
                  1);
        const auto* at = reinterpret_cast<const unsigned char*>(der.data());
        const Signature both(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
        std::string raw(64, '\0');
        auto* bytes = reinterpret_cast<unsigned char*>(raw.data());
        BN_bn2binpad(ECDSA_SIG_get0_r(both.get()), bytes, 32);
        BN_bn2binpad(ECDSA_SIG_get0_s(both.get()), bytes + 32, 32);
        return raw;
    }
};

std::string ed25519_text(const rootfs::SigningKey& key)
{
    return "ed25519:" + base64(key.public_key().raw);
}

} // namespace

TEST(PcKey, BothKindsProveThemselves)
{
    const auto message = pc_proof_message("boot.example", "challenge");
    const auto disk = rootfs::SigningKey::generate();
    const P256 tpm;
    const auto disk_key = PcKey::parse(ed25519_text(disk));
    const auto tpm_key = PcKey::parse(tpm.text());
    ASSERT_TRUE(disk_key && tpm_key);
    const auto disk_signature = disk.sign(as_bytes(message));
    const auto tpm_signature = tpm.sign(message);
    EXPECT_TRUE(disk_key->verify(message, disk_signature));
    EXPECT_TRUE(tpm_key->verify(message, tpm_signature));

    EXPECT_FALSE(disk_key->verify(pc_proof_message("evil.example", "challenge"), disk_signature));
    EXPECT_FALSE(tpm_key->verify(pc_proof_message("boot.example", "other"), tpm_signature));
    EXPECT_FALSE(disk_key->verify(message, tpm_signature));
    EXPECT_FALSE(tpm_key->verify(message, disk_signature));
    EXPECT_FALSE(tpm_key->verify(message, std::string(64, '\0')));
    EXPECT_FALSE(tpm_key->verify(message, tpm_signature.substr(1)));
    EXPECT_FALSE(disk_key->verify(message, ""));
}

TEST(PcKey, RefusesWhatIsNoKey)
{
    const P256 tpm;
    auto off_the_curve = *from_base64(tpm.text().substr(5));
    off_the_curve.back() ^= 1;
    for (const auto& text :
         {std::string(), std::string("ed25519:"), std::string("rsa:AAAA"),
          "ed25519:" + base64(as_bytes(std::string(31, 'x'))), "p256:" + base64(as_bytes(off_the_curve)),
          "p256:" + base64(as_bytes(std::string(65, '\0'))), tpm.text() + "A", " " + tpm.text()}) {
        const auto key = PcKey::parse(text);
        ASSERT_FALSE(key) << text;
        EXPECT_EQ(key.error().reason, "key-malformed");
    }
}

TEST(PcKey, CodesAreForPeopleToCompare)
{
    std::set<std::string> codes;
    for (int i = 0; i < 100; ++i) {
        const auto code = PcKey::parse(ed25519_text(rootfs::SigningKey::generate()))->code();
        ASSERT_EQ(code.size(), 19U) << code;
        EXPECT_EQ(code[4], '-');
        EXPECT_EQ(code.find_first_not_of("23456789abcdefghijkmnpqrstuvwxyz-"), std::string::npos) << code;
        codes.insert(code);
    }
    EXPECT_EQ(codes.size(), 100U);
}

TEST(PcChallenges, AreOursAndEnd)
{
    const std::chrono::sys_seconds now{std::chrono::seconds(1'800'000'000)};
    const PcChallenges ours("secret");
    const auto challenge = ours.fresh(now);
    EXPECT_NE(challenge, ours.fresh(now));
    EXPECT_TRUE(ours.accepts(challenge, now));
    EXPECT_TRUE(ours.accepts(challenge, now + PcChallenges::life));
    EXPECT_FALSE(ours.accepts(challenge, now + PcChallenges::life + std::chrono::seconds(1)));
    EXPECT_FALSE(ours.accepts(challenge, now - std::chrono::hours(1))) << "made while the clock was ahead";
    EXPECT_TRUE(PcChallenges("secret").accepts(challenge, now)) << "another server of the same catalog";
    EXPECT_FALSE(PcChallenges("other").accepts(challenge, now));
    auto later = challenge;
    later[0] = '9';
    EXPECT_FALSE(ours.accepts(later, now));
    for (const auto* wrong : {"", ".", "..", "1800000100.aa.bb"})
        EXPECT_FALSE(ours.accepts(wrong, now)) << wrong;
}
