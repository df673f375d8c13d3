#include "rootfs/base/digest.hpp"

#include <gtest/gtest.h>

namespace farboot
{
namespace
{

TEST(Digest, IsSha256OfTheFipsExample)
{
    EXPECT_EQ(sha256(as_bytes("abc")).hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, OfPiecesIsTheDigestOfTheWhole)
{
    Sha256 hash;
    hash.update(as_bytes("a"));
    hash.update(as_bytes(""));
    hash.update(as_bytes("bc"));
    EXPECT_EQ(hash.finish(), sha256(as_bytes("abc")));
    EXPECT_EQ(hash.finish(), sha256(as_bytes(""))) << "finish() starts anew";
}

TEST(Digest, ReadsOnly64LowerCaseDigits)
{
    std::string hex = sha256(as_bytes("abc")).hex();
    EXPECT_EQ(Digest::from_hex(hex), sha256(as_bytes("abc")));
    EXPECT_FALSE(Digest::from_hex(hex.substr(2)));
    EXPECT_FALSE(Digest::from_hex(hex + "00"));
    hex[0] = 'B';
    EXPECT_FALSE(Digest::from_hex(hex));
}

TEST(Digest, ZeroIsAMark)
{
    EXPECT_TRUE(Digest{}.is_zero());
    EXPECT_FALSE(sha256({}).is_zero());
}

} // namespace
} // namespace farboot
