#include "rootfs/nbd/hot_use.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace farboot::rootfs
{
namespace
{

Digest digest(std::size_t number)
{
    return sha256(as_bytes(std::to_string(number)));
}

/// What one request may bring, and given back at once.
std::uint64_t room_of(HotUse& use, std::uint64_t least, std::uint64_t most, const std::stop_token& stop)
{
    const auto room = use.take_room(least, most, stop);
    use.give_back(room);
    return room;
}

class HotUseTest : public testing::Test
{
protected:
    HotUseTest()
    {
        HotList list;
        for (std::size_t i = 0; i < 100; ++i)
            list.rows.push_back({digest(i), 50, 100});
        use.expect(list);
    }
    void read(std::size_t from, std::size_t count)
    {
        for (auto i = from; i < from + count; ++i)
            use.note_use({digest(i)});
    }
    HotUse use;
    std::stop_source stop;
};

TEST_F(HotUseTest, FitsAsLongAsMostReadsWereForeseen)
{
    EXPECT_FALSE(HotUse().fits()) << "without a list";
    EXPECT_TRUE(use.fits()) << "nothing speaks against it yet";
    read(0, 16);
    EXPECT_TRUE(use.fits());
    read(1000, 1);
    EXPECT_FALSE(use.fits());
    EXPECT_FALSE(use.strays());
    read(16, 16);
    EXPECT_TRUE(use.fits()) << "back on the way";
}

TEST_F(HotUseTest, InTheListsOrderTwoThatItLacksAreNoOtherProgram)
{
    read(0, 64);
    read(1000, 2);
    EXPECT_TRUE(use.fits());
    read(64, 4);
    read(1002, 1);
    EXPECT_FALSE(use.fits()) << "three of the latest 16";
    read(68, 12);
    EXPECT_TRUE(use.fits()) << "the first two are long ago";
    HotUse jumping;
    HotList list;
    for (std::size_t i = 0; i < 400; ++i)
        list.rows.push_back({digest(i), 50, 100});
    jumping.expect(list);
    for (std::size_t i = 0; i < 64; ++i)
        jumping.note_use({digest(i * 37 % 400)});
    EXPECT_TRUE(jumping.fits());
    jumping.note_use({digest(1000)});
    EXPECT_FALSE(jumping.fits()) << "not in its order: it was guessed";
}

TEST_F(HotUseTest, StraysOnceHardlyAReadWasForeseen)
{
    read(0, 16);
    read(1000, 48);
    EXPECT_FALSE(use.strays());
    read(1048, 1);
    EXPECT_TRUE(use.strays());
    EXPECT_EQ(room_of(use, 100, 1000, stop.get_token()), 0);
    read(16, 64);
    EXPECT_TRUE(use.strays()) << "who has been told so has ended the stream";
}

TEST_F(HotUseTest, WhatIsReadBeforeTheListIsKnownCounts)
{
    HotUse early;
    early.note_use({digest(1), digest(2)});
    HotList list;
    list.rows = {{digest(1), 50, 100}, {digest(3), 50, 100}};
    EXPECT_FALSE(early.has(digest(1)));
    early.expect(list);
    EXPECT_TRUE(early.has(digest(1)));
    EXPECT_TRUE(early.has(digest(3))) << "read or not";
    EXPECT_FALSE(early.has(digest(2)));
    EXPECT_TRUE(early.was_used(digest(1)));
    EXPECT_FALSE(early.was_used(digest(3)));
    early.note_brought(digest(1));
    EXPECT_EQ(room_of(early, 100, 100, stop.get_token()), 100);
}

TEST_F(HotUseTest, AnImageWithoutAListNeitherFitsNorStrays)
{
    HotUse without;
    without.note_use({digest(1)});
    without.expect({});
    for (std::size_t i = 0; i < 100; ++i)
        without.note_use({digest(i)});
    EXPECT_FALSE(without.fits());
    EXPECT_FALSE(without.strays());
}

TEST_F(HotUseTest, CountsWhatWasBroughtAndNotRead)
{
    EXPECT_EQ(room_of(use, 1, 1000, stop.get_token()), 1000);
    use.note_brought(digest(1));
    use.note_brought(digest(2));
    use.note_brought(digest(2));
    EXPECT_EQ(room_of(use, 1, 1000, stop.get_token()), 800);
    use.note_use({digest(3)});
    use.note_brought(digest(3));
    EXPECT_EQ(room_of(use, 1, 1000, stop.get_token()), 800) << "3 was read before it came";
    use.note_brought(digest(4));
    std::jthread reader([&] { read(1, 2); });
    EXPECT_EQ(room_of(use, 900, 1000, stop.get_token()), 900);
    reader.join();
    stop.request_stop();
    EXPECT_EQ(room_of(use, 1, 1000, stop.get_token()), 0);
}

TEST_F(HotUseTest, SeveralShareTheRoom)
{
    EXPECT_EQ(use.take_room(100, 1000, stop.get_token(), 400), 400);
    EXPECT_EQ(use.take_room(100, 1000, stop.get_token(), 400), 400);
    EXPECT_EQ(use.take_room(100, 1000, stop.get_token(), 400), 200);
    std::jthread other([&] { use.give_back(400); });
    EXPECT_EQ(use.take_room(300, 1000, stop.get_token()), 400) << "waits until one has come";
    other.join();
    std::jthread end([&] { stop.request_stop(); });
    EXPECT_EQ(use.take_room(1, 1000, stop.get_token()), 0);
}

TEST_F(HotUseTest, TellsWhereReadsHaveRunAheadOfWhatWasBrought)
{
    EXPECT_EQ(use.take_missed(), std::nullopt);
    use.note_brought(digest(1));
    read(1, 1);
    EXPECT_EQ(use.take_missed(), std::nullopt) << "it was there";
    read(1000, 1);
    EXPECT_EQ(use.take_missed(), std::nullopt) << "the list does not have it";
    read(20, 2);
    EXPECT_EQ(use.take_missed(), 21);
    EXPECT_EQ(use.take_missed(), std::nullopt) << "told once";
    read(30, 1);
    use.note_brought(digest(30));
    EXPECT_EQ(use.take_missed(), std::nullopt) << "it was on its way";
}

TEST_F(HotUseTest, WhatWasBroughtOrReadIsSettled)
{
    use.note_brought(digest(1));
    read(2, 1);
    EXPECT_TRUE(use.is_settled(digest(1)));
    EXPECT_TRUE(use.is_settled(digest(2)));
    EXPECT_FALSE(use.is_settled(digest(3)));
    EXPECT_FALSE(use.is_settled(digest(1000)));
}

TEST(HotUse, AListWhoseOrderReadsDoNotFollowBringsWhatItsUseIsWorth)
{
    constexpr std::uint64_t MiB = 1024 * 1024;
    constexpr std::uint64_t most = 128 * MiB;
    HotList list;
    for (std::size_t i = 0; i < 200; ++i)
        list.rows.push_back({digest(i), 1000, MiB});
    const std::stop_source stop;
    for (const auto in_order : {true, false}) {
        HotUse use;
        use.expect(list);
        EXPECT_EQ(room_of(use, 1, most, stop.get_token()), 8 * MiB);
        EXPECT_FALSE(use.is_out_of_order()) << "nothing was read yet";
        EXPECT_FALSE(use.is_in_order());
        for (std::size_t i = 0; i < 64; ++i)
            use.note_use({digest(in_order ? i : i * 37 % 200)});
        EXPECT_EQ(room_of(use, 1, most, stop.get_token()), in_order ? most : (8 + 64 * 3 / 4) * MiB);
        EXPECT_EQ(use.is_out_of_order(), !in_order);
        EXPECT_EQ(use.is_in_order(), in_order);
    }
}

TEST(HotUse, AGuessThatIsRightToTheEndLeavesHardlyAnyOut)
{
    for (const std::size_t left_out : {6, 15}) { // one row in so many
        HotList list;
        for (std::size_t i = 0; i < 200; ++i)
            list.rows.push_back({digest(i), 1000, 1000});
        HotUse use;
        use.expect(list);
        const auto reads = [&](std::size_t from, std::size_t to) {
            for (auto i = from; i < to; ++i)
                if (i % left_out != 0)
                    use.note_use({digest(i)});
        };
        reads(0, 60);
        EXPECT_FALSE(use.leaves_rows_out()) << "too few to tell";
        for (std::size_t row = 60; row < 200; row += 20) {
            reads(row, row + 20);
            EXPECT_EQ(use.leaves_rows_out(), left_out == 6) << row;
            EXPECT_TRUE(use.is_in_order()) << row;
        }
    }
}

/// A client computes for so long before each of 64 reads; then so much more than 8 MiB may lie unread, in MiB. The list
/// has 200 chunks of 1 MiB.
std::uint64_t room_after(std::chrono::milliseconds computes, HotUse::Cost cost, bool in_order = false,
                         bool guessed = false)
{
    HotList list;
    list.guessed = guessed;
    for (std::size_t i = 0; i < 200; ++i)
        list.rows.push_back({digest(i), 1000, 1024 * 1024});
    HotUse use;
    use.expect(list);
    for (std::size_t i = 0; i < 64; ++i) {
        use.note_time((i + 1) * computes, cost);
        use.note_use({digest(in_order ? i : i * 37 % 200)});
    }
    const std::stop_source stop;
    return room_of(use, 1, std::uint64_t{128} * 1024 * 1024, stop.get_token()) / (1024 * 1024) - 8;
}

TEST(HotUse, AGuessIsWorthWhatItSavesOfTheTimeThatThePcComputes)
{
    using namespace std::chrono_literals;
    constexpr std::uint64_t whole = 64 * 3 / 4;
    EXPECT_EQ(room_after(500ms, {1s, 0}), whole) << "a far line";
    EXPECT_EQ(room_after(500ms, {500ms, 0}), whole);
    EXPECT_EQ(room_after(500ms, {250ms, 0}), whole / 2);
    EXPECT_EQ(room_after(500ms, {0s, 4.0 * 1024 * 1024}), whole / 2) << "a narrow one";
    EXPECT_EQ(room_after(500ms, {125ms, 8.0 * 1024 * 1024}), whole / 2) << "some of both";
    EXPECT_EQ(room_after(500ms, {}), 0) << "nobody waits for anything";
    EXPECT_EQ(room_after(0ms, {1ms, 0}), whole) << "a PC that only reads";
    EXPECT_EQ(room_after(500ms, {}, true), 128 - 8) << "what was learnt is right wherever it comes from";
    EXPECT_EQ(room_after(500ms, {}, true, true), 0) << "a guess may be right at first, and wrong later";
    EXPECT_EQ(room_after(500ms, {250ms, 0}, true, true), whole / 2);
    EXPECT_EQ(room_after(500ms, {1s, 0}, true, true), 128 - 8) << "to wait costs more than bytes there";
}

TEST(HotUse, WaitingForAPersonIsNoComputing)
{
    using namespace std::chrono_literals;
    EXPECT_EQ(room_after(1h, {250ms, 0}), room_after(1s, {250ms, 0}));
    EXPECT_EQ(room_after(1h, {250ms, 0}), 64 * 3 / 4 / 4);
}

} // namespace
} // namespace farboot::rootfs
