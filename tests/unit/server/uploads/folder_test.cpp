#include "server/uploads/folder.hpp"

#include "tests/unit/server/trust/folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace farboot;
using uploads::PartFile;

namespace
{

struct UploadFolder : testing::Test {
    const test::Folder folder;
    const uploads::Folder uploads{folder.path / "uploads"};
};

} // namespace

TEST_F(UploadFolder, OneHasAFileAtATime)
{
    {
        auto first = uploads.open_part(7);
        ASSERT_TRUE(first) << first.error().sentence;
        EXPECT_EQ(uploads.open_part(7).error().reason, "locked");
        EXPECT_TRUE(uploads.open_part(8));
        ASSERT_TRUE(first->write(0, as_bytes("farboot")));
        ASSERT_TRUE(first->sync());
    }
    auto again = uploads.open_part(7);
    ASSERT_TRUE(again) << again.error().sentence;
    EXPECT_EQ(uploads.part_bytes(7), 7U);
    ASSERT_TRUE(again->cut(3));
    ASSERT_TRUE(again->write(3, as_bytes("away")));
    EXPECT_EQ(again->digest({}).value(), sha256(as_bytes("faraway")));
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(again->digest(stop.get_token()).error().reason, "cancelled");
    ASSERT_TRUE(uploads.finish(7));
    EXPECT_EQ(uploads.part_bytes(7), 0U);
    EXPECT_EQ(std::filesystem::file_size(uploads.whole(7)), 7U);
    uploads.remove(7);
    EXPECT_FALSE(std::filesystem::exists(uploads.whole(7)));
}

TEST_F(UploadFolder, IsTheOwnersAloneAndFollowsNoLinks)
{
    ASSERT_TRUE(uploads.open_part(1));
    EXPECT_EQ(std::filesystem::status(folder.path / "uploads").permissions(), std::filesystem::perms::owner_all);
    std::filesystem::create_symlink(folder.path / "elsewhere", uploads.part(2));
    EXPECT_FALSE(uploads.open_part(2));
    EXPECT_FALSE(std::filesystem::exists(folder.path / "elsewhere"));
    EXPECT_EQ(PartFile::open(uploads.part(3)).error().reason, "not-found");
}

TEST_F(UploadFolder, OldFilesAreFound)
{
    ASSERT_TRUE(uploads.open_part(1));
    ASSERT_TRUE(uploads.open_part(2));
    ASSERT_TRUE(uploads.finish(2));
    ASSERT_TRUE(uploads.open_part(3));
    const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(25);
    std::filesystem::last_write_time(uploads.part(1), old);
    std::filesystem::last_write_time(uploads.whole(2), old);
    auto found = uploads.old_files();
    std::ranges::sort(found);
    EXPECT_EQ(found, (std::vector<std::int64_t>{1, 2}));
}
