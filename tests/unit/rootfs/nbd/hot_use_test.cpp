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
    read(1000, 4);
    EXPECT_TRUE(use.fits());
    read(1004, 1);
    EXPECT_FALSE(use.fits());
    EXPECT_FALSE(use.strays());
    read(16, 16);
    EXPECT_TRUE(use.fits()) << "back on the way";
}

TEST_F(HotUseTest, StraysOnceHardlyAReadWasForeseen)
{
    read(0, 16);
    read(1000, 48);
    EXPECT_FALSE(use.strays());
    read(1048, 1);
    EXPECT_TRUE(use.strays());
    EXPECT_FALSE(use.wait_until_unread_below(1000, stop.get_token()));
}

TEST_F(HotUseTest, WhatIsReadBeforeTheListIsKnownCounts)
{
    HotUse early;
    early.note_use({digest(1), digest(2)});
    HotList list;
    list.rows = {{digest(1), 50, 100}, {digest(3), 50, 100}};
    early.expect(list);
    EXPECT_TRUE(early.was_used(digest(1)));
    EXPECT_FALSE(early.was_used(digest(3)));
    early.note_brought(digest(1));
    EXPECT_TRUE(early.wait_until_unread_below(0, stop.get_token()));
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
    EXPECT_TRUE(use.wait_until_unread_below(0, stop.get_token()));
    use.note_brought(digest(1));
    use.note_brought(digest(2));
    use.note_brought(digest(2));
    EXPECT_TRUE(use.wait_until_unread_below(200, stop.get_token()));
    use.note_use({digest(3)});
    use.note_brought(digest(3));
    EXPECT_TRUE(use.wait_until_unread_below(200, stop.get_token())) << "3 was read before it came";
    use.note_brought(digest(4));
    std::jthread reader([&] { read(1, 2); });
    EXPECT_TRUE(use.wait_until_unread_below(100, stop.get_token()));
    reader.join();
    stop.request_stop();
    EXPECT_FALSE(use.wait_until_unread_below(0, stop.get_token()));
}

} // namespace
} // namespace farboot::rootfs
