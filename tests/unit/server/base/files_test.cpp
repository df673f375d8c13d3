#include "server/base/files.hpp"

#include "tests/unit/server/trust/folder.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

using namespace farboot::server;

TEST(Files, AreReplacedWithTheirMode)
{
    const farboot::test::Folder folder;
    const auto file = folder.path / "secret";
    ASSERT_TRUE(write_file(file, "one", 0600));
    ASSERT_TRUE(write_file(file, "two", 0640));
    EXPECT_EQ(*read_file(file), "two");
    struct stat info{};
    ASSERT_EQ(::stat(file.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0640U);
    EXPECT_FALSE(std::filesystem::exists(folder.path / "secret.new"));
}

TEST(Files, AFileThatACrashLeftIsNotFollowed)
{
    const farboot::test::Folder folder;
    std::filesystem::create_symlink(folder.path / "elsewhere", folder.path / "secret.new");
    ASSERT_TRUE(write_file(folder.path / "secret", "one", 0600));
    EXPECT_FALSE(std::filesystem::exists(folder.path / "elsewhere"));
}

TEST(Files, FailuresAreNamed)
{
    const farboot::test::Folder folder;
    EXPECT_EQ(read_file(folder.path / "none").error().reason, "not-found");
    EXPECT_EQ(read_file(folder.path).error().reason, "io");
    ASSERT_TRUE(write_file(folder.path / "long", std::string(100, 'x'), 0600));
    EXPECT_EQ(read_file(folder.path / "long", 99).error().reason, "too-long");
    EXPECT_EQ(write_file(folder.path / "none/file", "x", 0600).error().reason, "io");
}
