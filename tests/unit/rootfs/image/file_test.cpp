#include "rootfs/image/file.hpp"

#include "tests/unit/rootfs/image/sample.hpp"

#include <sys/stat.h>

namespace farboot::rootfs
{
namespace
{

using FileTest = FolderTest;

std::size_t count(const std::filesystem::path& folder)
{
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

TEST_F(FileTest, ReadsRanges)
{
    const auto file = File::open(put("file", "0123456789"));
    ASSERT_TRUE(file);
    EXPECT_EQ(*file->size(), 10U);
    EXPECT_EQ(*file->read(3, 4), "3456");
    EXPECT_EQ(reason(file->read(8, 3)), "truncated");
    EXPECT_EQ(reason(file->read(0, std::uint64_t{1} << 60)), "truncated") << "without taking memory for it";
}

TEST_F(FileTest, SaysWhichFileIsMissing)
{
    const auto file = File::open(folder_ / "none");
    ASSERT_EQ(reason(file), "not-found");
    EXPECT_NE(file.error().sentence.find("none"), std::string::npos);
}

TEST_F(FileTest, RefusesAFileThatIsTooLong)
{
    EXPECT_EQ(*read_file(put("file", "12345"), 5), "12345");
    EXPECT_EQ(reason(read_file(put("file", "123456"), 5)), "too-long");
}

TEST_F(FileTest, AnAtomicFileAppearsWholeOrNotAtAll)
{
    {
        auto file = AtomicFile::create(folder_);
        ASSERT_TRUE(file && file->write(as_bytes("half")));
    }
    EXPECT_EQ(count(folder_), 0U);

    auto file = AtomicFile::create(folder_);
    ASSERT_TRUE(file && file->write(as_bytes("abc")) && file->write(1, as_bytes("BC")) && file->resize(5));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "new/target"));
    ASSERT_TRUE(file->commit(folder_ / "new/target"));
    EXPECT_EQ(*read_file(folder_ / "new/target", 10), std::string("aBC\0\0", 5));
    EXPECT_EQ(count(folder_), 1U);
}

/// The server has a strict umask, and the web server in front of it is another user.
TEST_F(FileTest, FoldersThatItMakesAreForEverybodyToRead)
{
    const auto before = ::umask(077);
    std::filesystem::create_directory(folder_ / "mine");
    const auto made = write_file(folder_ / "mine/v1/packs/target", as_bytes("x"), folder_);
    (void)::umask(before);
    ASSERT_TRUE(made) << made.error().sentence;
    const auto mode = [&](const char* name) { return std::filesystem::status(folder_ / name).permissions(); };
    EXPECT_EQ(mode("mine/v1"), std::filesystem::perms(0755));
    EXPECT_EQ(mode("mine/v1/packs"), std::filesystem::perms(0755));
    EXPECT_EQ(mode("mine/v1/packs/target"), std::filesystem::perms(0644));
    EXPECT_EQ(mode("mine"), std::filesystem::perms(0700)) << "it was there";
    EXPECT_EQ(reason(create_folders(put("file", "x") / "folder")), "io");
}

TEST_F(FileTest, AFailedWriteLeavesTheOldFile)
{
    const auto path = put("target", "old");
    EXPECT_TRUE(write_file(path, as_bytes("new")));
    EXPECT_EQ(*read_file(path, 10), "new");
    EXPECT_EQ(reason(write_file(folder_ / "none/target", as_bytes("x"))), "io");
    std::filesystem::create_directory(folder_ / "folder");
    EXPECT_EQ(reason(write_file(folder_ / "folder", as_bytes("x"))), "io");
    EXPECT_EQ(count(folder_), 2U) << "no temporary file is left";
}

} // namespace
} // namespace farboot::rootfs
