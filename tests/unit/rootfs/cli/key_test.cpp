#include "rootfs/base/encoding.hpp"
#include "tests/unit/rootfs/cli/program.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>

namespace farboot::rootfs
{
namespace
{

using testing::HasSubstr;
using KeyCommand = CliTest;

TEST_F(KeyCommand, MakesAKeyThatOnlyItsOwnerReads)
{
    const auto made = good_json({"key", "new", "key.pem", "--json"});
    struct stat info{};
    ASSERT_EQ(::stat((folder_ / "key.pem").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600U);
    EXPECT_EQ(made, good_json({"key", "show", "key.pem", "--json"}));
    EXPECT_EQ(made["id"].get<std::string>(), SigningKey::load(folder_ / "key.pem")->public_key().id());
}

TEST_F(KeyCommand, NeverOverwritesAKey)
{
    good({"key", "new", "key.pem"});
    const auto before = get("key.pem");
    const auto again = run({"key", "new", "key.pem"});
    EXPECT_EQ(again.code, 1);
    EXPECT_THAT(again.err, HasSubstr("key.pem"));
    EXPECT_EQ(get("key.pem"), before);
}

TEST_F(KeyCommand, WritesThePublicHalfAsOneLine)
{
    const auto made = good_json({"key", "new", "key.pem", "--public-out", "key.pub", "--json"});
    EXPECT_EQ(get("key.pub"), made["public"].get<std::string>() + "\n");
    EXPECT_EQ(good_json({"key", "show", "key.pub", "--json"}), made);
}

TEST_F(KeyCommand, ReadsAPublicKeyInPem)
{
    const auto made = good_json({"key", "new", "key.pem", "--json"});
    FILE* in = std::fopen((folder_ / "key.pem").c_str(), "r");
    EVP_PKEY* key = PEM_read_PrivateKey(in, nullptr, nullptr, nullptr);
    std::fclose(in);
    FILE* out = std::fopen((folder_ / "public.pem").c_str(), "w");
    ASSERT_EQ(PEM_write_PUBKEY(out, key), 1);
    std::fclose(out);
    EVP_PKEY_free(key);
    EXPECT_EQ(good_json({"key", "show", "public.pem", "--json"}), made);
}

TEST_F(KeyCommand, RefusesWhatIsNoKeyWithASentence)
{
    for (const auto* text : {"", "hello", "AAAA", "-----BEGIN PUBLIC KEY-----",
                             "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"}) {
        put("bad.pub", text);
        const auto shown = run({"key", "show", "bad.pub"});
        EXPECT_EQ(shown.code, 1);
        EXPECT_THAT(shown.err, HasSubstr("bad.pub is no Ed25519 public key"));
    }
    const auto missing = run({"key", "show", "none"});
    EXPECT_EQ(missing.code, 1);
    EXPECT_THAT(missing.err, HasSubstr("none"));
}

TEST_F(KeyCommand, WrongUsageIsExitCode2)
{
    EXPECT_EQ(run({}).code, 2);
    EXPECT_EQ(run({"key"}).code, 2);
    EXPECT_EQ(run({"key", "new"}).code, 2);
    EXPECT_EQ(run({"bogus"}).code, 2);
    EXPECT_EQ(run({"--help"}).code, 0);
    EXPECT_THAT(run({"publish", "boot", "--help"}).out, HasSubstr("Example"));
}

} // namespace
} // namespace farboot::rootfs
