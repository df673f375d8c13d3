#include "pbl/textmenu/keys.hpp"
#include "pbl/textmenu/screen.hpp"
#include "pbl/textmenu/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

namespace farboot::textmenu
{

namespace
{

using testing::ElementsAre;

TEST(Text, ForeignTextCannotCommandTheTerminal)
{
    EXPECT_EQ(printable("a\x1b[31mb\nc\x7f\xc2\x9b"
                        "2J\td",
                        Charset::utf8),
              "a[31mbc2Jd");
}

TEST(Text, WhatDoesNotFitIntoColumnsBecomesAQuestionMark)
{
    EXPECT_EQ(printable("Grüße – «Ж» 漢字 \xf0\x9f\x98\x80 e\xcc\x81", Charset::utf8), "Grüße – «Ж» ?? ? e");
    EXPECT_EQ(printable("\xff\xc3", Charset::utf8), "??");
    EXPECT_EQ(printable("\xe2\x82", Charset::ascii), "??");
}

TEST(Text, IsSpeltInAscii)
{
    EXPECT_EQ(printable("Ärger über Öl, süß – „Café“ … 5 €", Charset::ascii),
              "Aerger ueber Oel, suess - \"Cafe\" ... 5 EUR");
    EXPECT_EQ(printable("ÀÿñØ漢", Charset::ascii), "AynO?");
}

TEST(Text, IsMeasuredInColumns)
{
    EXPECT_EQ(columns("für"), 3U);
    EXPECT_EQ(fit("für alle", 3), "für");
    EXPECT_EQ(fit("für", 5), "für  ");
}

TEST(Text, IsBrokenAtSpaces)
{
    EXPECT_THAT(wrap("eins zwei drei vier", 9, 5), ElementsAre("eins zwei", "drei vier"));
    EXPECT_THAT(wrap("eins zwei drei vier", 9, 1), ElementsAre("eins zwei"));
    EXPECT_THAT(wrap("Donaudampfschiff", 5, 2), ElementsAre("Donau"));
    EXPECT_TRUE(wrap("", 10, 2).empty());
}

TEST(Keys, AreReadFromSequencesThatComeInPieces)
{
    KeyReader keys;
    keys.add("\x1b");
    EXPECT_FALSE(keys.next());
    EXPECT_TRUE(keys.is_waiting());
    keys.add("[");
    EXPECT_FALSE(keys.next());
    keys.add("Ax");
    EXPECT_EQ(keys.next(), Key{KeyName::up});
    EXPECT_EQ(keys.next(), (Key{KeyName::character, 'x'}));
    keys.add("\x1b");
    EXPECT_FALSE(keys.next());
    EXPECT_EQ(keys.give_up_waiting(), Key{KeyName::escape});
    EXPECT_FALSE(keys.is_waiting());
}

TEST(Keys, UnknownSequencesArePassedOver)
{
    KeyReader keys;
    keys.add("\x1b[1;5C\x1b[24~\x1bq\x1b[[B\xc3\xa4\x1b[H\x1b[4~\x1bOB\r");
    EXPECT_EQ(keys.next(), Key{KeyName::first});
    EXPECT_EQ(keys.next(), Key{KeyName::last});
    EXPECT_EQ(keys.next(), Key{KeyName::down});
    EXPECT_EQ(keys.next(), Key{KeyName::enter});
    EXPECT_FALSE(keys.next());
    keys.add("\x1b[" + std::string(100, '1'));
    EXPECT_FALSE(keys.next());
    EXPECT_FALSE(keys.is_waiting());
}

TEST(Layout, KeepsTheChosenEntryInSight)
{
    Model model;
    model.state = "menu";
    for (int i = 1; i <= 50; ++i)
        model.entries.push_back({"boot/a", {{{"de", "Nummer " + std::to_string(i)}}}, {}});
    const auto rows = lay_out(model, 40, {80, 24}, Charset::utf8);
    EXPECT_LE(rows.size(), 19U) << "five rows are for others";
    const auto chosen = std::ranges::find(rows, Row::Look::reverse, &Row::look);
    ASSERT_NE(std::next(chosen), rows.end());
    EXPECT_TRUE(std::ranges::any_of(rows, [](const auto& row) {
        return row.look == Row::Look::reverse && row.text.find("Nummer 41") != std::string::npos;
    }));
    for (const auto& row : rows)
        EXPECT_LE(columns(row.text), 80U) << row.text;
}

TEST(Painting, WritesWhatHasChangedOnly)
{
    Painter painter({80, 24});
    const std::vector<Row> rows{{"one", Row::Look::plain}, {"two", Row::Look::reverse}};
    EXPECT_NE(painter.paint(rows, false).find("two"), std::string::npos);
    EXPECT_EQ(painter.paint(rows, false), "");
    const auto change = painter.paint({{"one", Row::Look::plain}, {"three", Row::Look::plain}}, false);
    EXPECT_EQ(change.find("one"), std::string::npos);
    EXPECT_NE(change.find("three"), std::string::npos);
}

} // namespace

} // namespace farboot::textmenu
