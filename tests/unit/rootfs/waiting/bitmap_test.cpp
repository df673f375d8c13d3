#include "rootfs/waiting/bitmap.hpp"

#include <gtest/gtest.h>

namespace farboot::rootfs
{
namespace
{

TEST(Bitmap, IsLaidOutAsTheServerSays)
{
    Bitmap lowest(33, 2, 32, true);
    EXPECT_EQ(lowest.line_bytes(), 8);
    EXPECT_EQ(lowest.bytes().size(), 16);
    lowest.set(0, 0);
    lowest.set(32, 1);
    EXPECT_EQ(lowest.bytes()[0], 0x01);
    EXPECT_EQ(lowest.bytes()[8 + 4], 0x01);
    Bitmap highest(9, 1, 8, false);
    EXPECT_EQ(highest.line_bytes(), 2);
    highest.set(0, 0);
    highest.set(8, 0);
    EXPECT_EQ(highest.bytes()[0], 0x80);
    EXPECT_EQ(highest.bytes()[1], 0x80);
    highest.set(9, 0);
    highest.set(0, 1);
    EXPECT_EQ(highest.bytes()[1], 0x80) << "what lies outside is left out";
}

TEST(Glyphs, AreWrittenInTheirScale)
{
    Glyphs glyphs{Bitmap(16 * 2, 16 * 3, 8, true), 2, 3};
    glyphs.picture.set(1 * 2 + 1, 4 * 3 + 2); // of "A", 0x41, the last pixel
    Bitmap line(20, 10, 8, true);
    glyphs.write(line, 1, 1, 2, "BA");
    for (std::size_t y = 0; y < line.height(); ++y)
        for (std::size_t x = 0; x < line.width(); ++x)
            EXPECT_EQ(line.at(x, y), (x == 7 || x == 8) && (y == 5 || y == 6)) << x << " " << y;
    glyphs.write(line, 18, 8, 2, "AAAA"); // beyond the edge
}

} // namespace
} // namespace farboot::rootfs
