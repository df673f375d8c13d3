#include "rootfs/base/encoding.hpp"

#include <gtest/gtest.h>

namespace farboot
{
namespace
{

TEST(Base64, KnowsTheExamplesOfRfc4648)
{
    for (auto [plain, coded] :
         {std::pair{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}}) {
        EXPECT_EQ(base64(as_bytes(plain)), coded);
        EXPECT_EQ(from_base64(coded), plain);
    }
}

TEST(Base64, RefusesWhatIsNotExact)
{
    for (auto text : {"Zg", "Zg=", "Zm9v\n", " Zm9v", "Zm9v====", "Zh==", "Z===", "Zm9*", "Zg==Zg=="})
        EXPECT_FALSE(from_base64(text)) << text;
}

TEST(Hex, RefusesOddAndForeign)
{
    EXPECT_EQ(from_hex("00ff"), std::string("\0\xff", 2));
    EXPECT_FALSE(from_hex("0"));
    EXPECT_FALSE(from_hex("0G"));
    EXPECT_FALSE(from_hex("FF"));
}

} // namespace
} // namespace farboot
