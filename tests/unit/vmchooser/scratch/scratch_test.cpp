#include "vmchooser/scratch/scratch.hpp"

#include "tests/unit/vmchooser/temp_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

using namespace farboot::vmchooser;
using farboot::vmchooser::testing::TempFolder;

namespace
{

namespace fs = std::filesystem;

/// The virtual size in a qcow2 header: 8 bytes, big-endian, at offset 24 (QEMU, docs/interop/qcow2.txt).
std::uint64_t virtual_size(const fs::path& qcow2)
{
    std::ifstream file(qcow2, std::ios::binary);
    file.seekg(24);
    std::uint64_t size = 0;
    for (int i = 0; i < 8; ++i)
        size = size << 8 | static_cast<unsigned char>(file.get());
    return size;
}

TEST(Scratch, MakesAnOverlayOfTheImagesExactSize)
{
    const TempFolder folder;
    SystemProcesses processes;
    const auto scratch = Scratch::create(folder / "base", "tiny");
    ASSERT_TRUE(scratch) << scratch.error().sentence;
    ASSERT_TRUE(scratch->make_overlay(3 * 512, processes, {}));
    EXPECT_EQ(virtual_size(scratch->overlay()), 3U * 512);
}

TEST(Scratch, RoundsUpToWholeSectors)
{
    const TempFolder folder;
    SystemProcesses processes;
    const auto scratch = Scratch::create(folder / "base", "tiny");
    ASSERT_TRUE(scratch->make_overlay(513, processes, {}));
    EXPECT_EQ(virtual_size(scratch->overlay()), 1024U);
}

TEST(Scratch, LeavesNothingBehind)
{
    const TempFolder folder;
    {
        const auto scratch = Scratch::create(folder / "base", "tiny");
        ASSERT_TRUE(scratch);
        std::ofstream(scratch->nvram()) << "variables";
    }
    EXPECT_TRUE(fs::is_empty(folder / "base"));
}

TEST(Scratch, SweepsWhatACrashLeftBehind)
{
    const TempFolder folder;
    fs::create_directories(folder / "base/other");
    std::ofstream(folder / "base/other/disk.qcow2.TRANSIENT-farboot-other") << "old writes";
    fs::permissions(folder / "base", fs::perms::owner_all);
    const auto scratch = Scratch::create(folder / "base", "tiny");
    ASSERT_TRUE(scratch);
    EXPECT_FALSE(fs::exists(folder / "base/other"));
}

TEST(Scratch, KeepsARunningMachinesFolder)
{
    const TempFolder folder;
    const auto first = Scratch::create(folder / "base", "tiny");
    ASSERT_TRUE(first);
    const auto other = Scratch::create(folder / "base", "other");
    EXPECT_TRUE(other);
    const auto again = Scratch::create(folder / "base", "tiny");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().reason, "machine-exists");
}

TEST(Scratch, RefusesAFolderThatOthersMayWriteTo)
{
    const TempFolder folder;
    ::mkdir((folder / "base").c_str(), 0700);
    ::chmod((folder / "base").c_str(), 0777);
    const auto scratch = Scratch::create(folder / "base", "tiny");
    ASSERT_FALSE(scratch);
    EXPECT_EQ(scratch.error().reason, "scratch");
}

TEST(Scratch, RefusesALinkInsteadOfAFolder)
{
    const TempFolder folder;
    fs::create_directory(folder / "elsewhere");
    fs::create_directory_symlink(folder / "elsewhere", folder / "base");
    EXPECT_FALSE(Scratch::create(folder / "base", "tiny"));
}

} // namespace
