#include "vmchooser/libvirt/serial_log.hpp"

#include <gtest/gtest.h>

#include <vector>

using namespace farboot::vmchooser;

namespace
{

std::vector<std::string> lines_of(std::initializer_list<std::string_view> pieces)
{
    std::vector<std::string> result;
    SerialLines lines([&](const std::string& line) { result.push_back(line); });
    for (const auto piece : pieces)
        lines.take(piece);
    lines.finish();
    return result;
}

TEST(SerialLines, JoinsPiecesAndCutsAtLineEnds)
{
    EXPECT_EQ(lines_of({"far", "boot\r\nsec", "ond\n\n\nlast"}),
              (std::vector<std::string>{"farboot", "second", "last"}));
}

TEST(SerialLines, DropsWhatCouldForgeALogOrMoveACursor)
{
    EXPECT_EQ(lines_of({"\x1b[2J\x07red\xff\xfe\n"}), (std::vector<std::string>{"[2Jred"}));
}

TEST(SerialLines, BoundsALineWithoutEnd)
{
    const auto lines = lines_of({std::string(1200, 'x')});
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].size(), 500U);
    EXPECT_EQ(lines[2].size(), 200U);
}

} // namespace
