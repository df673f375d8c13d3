#include "rootfs/record/key.hpp"

#include "rootfs/base/encoding.hpp"
#include "tests/unit/rootfs/record/sample.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstring>
#include <fstream>

namespace farboot::rootfs
{
namespace
{

using sample::Refused;

class KeyFile : public testing::Test
{
protected:
    void SetUp() override
    {
        std::string name = testing::TempDir() + "farboot-key-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path write(std::string_view text, mode_t mode = 0600)
    {
        auto file = folder_ / "written.pem";
        std::ofstream(file) << text;
        ::chmod(file.c_str(), mode);
        return file;
    }

    std::filesystem::path folder_;
};

PublicKey from_text(std::string_view hex)
{
    PublicKey key;
    std::memcpy(key.raw.data(), from_hex(hex)->data(), key.raw.size());
    return key;
}

TEST(PublicKey, VerifiesTheSecondExampleOfRfc8032)
{
    PublicKey key = from_text("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    auto signature = *from_hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                               "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    EXPECT_TRUE(key.verify(as_bytes("\x72"), as_bytes(signature)));
    EXPECT_FALSE(key.verify(as_bytes("\x73"), as_bytes(signature)));
    EXPECT_FALSE(key.verify(as_bytes("\x72"), as_bytes(signature.substr(0, 63))));
    EXPECT_FALSE(key.verify(as_bytes("\x72"), as_bytes(signature + "x")));
    EXPECT_FALSE(key.verify(as_bytes("\x72"), {}));
}

TEST(PublicKey, IsNamedByTheDigestOfItsBytes)
{
    // sha256sum of the 32 bytes
    PublicKey key;
    EXPECT_EQ(key.id(), "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925");
}

TEST(SigningKey, MakesSignaturesThatOnlyItsPublicKeyVerifies)
{
    auto one = SigningKey::generate();
    auto other = SigningKey::generate();
    std::string signature = one.sign(as_bytes("message"));
    EXPECT_EQ(signature.size(), 64U);
    EXPECT_TRUE(one.public_key().verify(as_bytes("message"), as_bytes(signature)));
    EXPECT_FALSE(other.public_key().verify(as_bytes("message"), as_bytes(signature)));
}

TEST_F(KeyFile, ComesBackAsTheSameKeyAndIsForItsOwnerOnly)
{
    mode_t before = ::umask(0);
    auto key = SigningKey::generate();
    auto file = folder_ / "publisher.pem";
    auto saved = key.save(file);
    ::umask(before);
    ASSERT_TRUE(saved);
    EXPECT_EQ(std::filesystem::status(file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    auto loaded = SigningKey::load(file);
    ASSERT_TRUE(loaded) << loaded.error().sentence;
    EXPECT_EQ(loaded->public_key(), key.public_key());
}

TEST_F(KeyFile, IsNeverOverwritten)
{
    auto file = folder_ / "publisher.pem";
    auto first = SigningKey::generate();
    ASSERT_TRUE(first.save(file));
    EXPECT_THAT(SigningKey::generate().save(file), Refused("exists", "publisher.pem"));
    EXPECT_EQ(SigningKey::load(file)->public_key(), first.public_key());
}

TEST_F(KeyFile, IsNotMadeWhereThereIsNoFolder)
{
    EXPECT_THAT(SigningKey::generate().save(folder_ / "nowhere/key.pem"), Refused("io", "nowhere/key.pem"));
}

TEST_F(KeyFile, IsRefusedWhenOthersMayReadIt)
{
    auto file = folder_ / "publisher.pem";
    ASSERT_TRUE(SigningKey::generate().save(file));
    for (mode_t mode : {0640, 0604, 0620, 0601}) {
        ::chmod(file.c_str(), mode);
        EXPECT_THAT(SigningKey::load(file), Refused("key-permissions", "chmod 600"));
    }
}

TEST_F(KeyFile, IsRefusedWhenMissing)
{
    EXPECT_THAT(SigningKey::load(folder_ / "none.pem"), Refused("not-found", "none.pem"));
}

TEST_F(KeyFile, IsRefusedWhenItHoldsSomethingElse)
{
    EXPECT_THAT(SigningKey::load(write("")), Refused("key-malformed", "written.pem"));
    EXPECT_THAT(SigningKey::load(write("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")),
                Refused("key-malformed", "written.pem"));
    EXPECT_THAT(SigningKey::load(write(std::string(20'000, 'x'))), Refused("key-malformed", "written.pem"));
    EXPECT_THAT(SigningKey::load(folder_), Refused("key-malformed", "no plain file"));
}

TEST_F(KeyFile, OfAnotherAlgorithmIsRefused)
{
    // openssl genpkey -algorithm X25519
    EXPECT_THAT(SigningKey::load(write("-----BEGIN PRIVATE KEY-----\n"
                                       "MC4CAQAwBQYDK2VuBCIEINja/aEEw4KdGidUZOvbwC6bGT6LlXgK1sI1q23JgslP\n"
                                       "-----END PRIVATE KEY-----\n")),
                Refused("key-malformed", "Ed25519"));
}

TEST_F(KeyFile, WithAPassphraseIsRefusedWithoutAskingForIt)
{
    // openssl genpkey -algorithm ED25519 -aes256 -pass pass:secret
    EXPECT_THAT(SigningKey::load(write("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                                       "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAg27MYNHnbilAICCAAw\n"
                                       "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEMkC+I1uxAD4CI9IZoJjo0gEQJLc\n"
                                       "9tNAXpJijZMUUQDukCARcc5ME4Dwgry5suLMcDQidbUw29aFXVWo32Z/0anMS9Em\n"
                                       "wwDGAeyjwAS4Dnmm92o=\n"
                                       "-----END ENCRYPTED PRIVATE KEY-----\n")),
                Refused("key-malformed", "passphrase"));
}

} // namespace
} // namespace farboot::rootfs
