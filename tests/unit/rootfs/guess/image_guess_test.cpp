#include "disk_test.hpp"
#include "rootfs/guess/ext_tree.hpp"

#include <gmock/gmock.h>

#include <set>
#include <utility>

namespace farboot::rootfs
{
namespace
{

using testing::HasSubstr;

using DiskGuess = DiskTest;

TEST_F(DiskGuess, LoaderKernelAndInitramfsComeFirst)
{
    (void)system_disk();
    const auto ranges = good_guess();
    EXPECT_EQ(index_of(ranges, 0), 0U);
    std::size_t before = 0;
    for (const auto* name : {"boot/grub/i386-pc/normal.mod", "boot/vmlinuz-6.1", "boot/initrd-6.1",
                             "usr/lib/systemd/systemd", "usr/bin/web"}) {
        const auto index = index_of(ranges, offset_of(name));
        ASSERT_LT(index, ranges.size()) << name;
        EXPECT_GT(index, before) << name;
        before = index;
    }
    EXPECT_TRUE(guessed(ranges, "boot/initrd-6.1", 7'900'000)) << "to its end";
    EXPECT_FALSE(guessed(ranges, "boot/vmlinuz-5.10"));
    EXPECT_FALSE(guessed(ranges, "usr/bin/unused"));
    for (const auto& range : ranges)
        EXPECT_LE(range.offset + range.length, 32 * mebibyte);
}

TEST_F(DiskGuess, GivesPartsOfTheDiskEachOnce)
{
    (void)system_disk();
    std::set<std::pair<std::uint64_t, std::uint64_t>> ranges;
    for (const auto& [offset, length] : good_guess()) // both the loader's and the start's begin with the tables
        EXPECT_TRUE(ranges.emplace(offset, length).second) << offset;
}

TEST_F(DiskGuess, FindsSystemdWhereUsrIsNotMerged)
{
    std::filesystem::create_directories(files.path / "tree/lib");
    std::filesystem::rename(files.path / "tree/usr/lib/systemd", files.path / "tree/lib/systemd");
    put("lib/systemd/system-generators/one", noise(9000, 14));
    put("lib/udev/rules.d/one.rules", noise(9000, 15));
    put("bin/mount", noise(9000, 16));
    (void)system_disk();
    const auto ranges = good_guess();
    for (const auto* name : {"usr/bin/web", "lib/systemd/systemd", "lib/systemd/system-generators/one",
                             "lib/udev/rules.d/one.rules", "bin/mount"})
        EXPECT_TRUE(guessed(ranges, name)) << name;
}

TEST_F(DiskGuess, ASystemWithoutSystemdHasItsInit)
{
    std::filesystem::remove_all(files.path / "tree/usr/lib/systemd");
    put("bin/busybox", noise(90'000, 10));
    files.link("../bin/busybox", "sbin/init");
    put("etc/inittab", "::sysinit:/etc/rcS\n");
    put("lib/modules/6.1/modules.dep", "autofs4.ko:\n");
    put("lib/modules/6.1/modules.dep.bin", noise(90'000, 17));
    put("lib/modules/6.1/autofs4.ko", noise(90'000, 18));
    (void)system_disk();
    EXPECT_TRUE(guessed(good_guess(), "bin/busybox"));
    EXPECT_TRUE(guessed(good_guess(), "etc/inittab"));
    EXPECT_TRUE(guessed(good_guess(), "lib/modules/6.1/modules.dep.bin"));
    EXPECT_FALSE(guessed(good_guess(), "lib/modules/6.1/autofs4.ko")) << "systemd loads it";
    EXPECT_FALSE(guessed(good_guess(), "usr/bin/web"));
}

TEST_F(DiskGuess, SaysWhatNoStartCanBeGuessedOf)
{
    const auto sentence_of = [&](const std::string& bytes_or_command) {
        files.run(bytes_or_command);
        const auto ranges = guess_image(files.path / "disk", {}, {});
        EXPECT_FALSE(ranges);
        EXPECT_EQ(ranges ? "" : ranges.error().reason, "no-guess");
        return ranges ? "" : ranges.error().sentence;
    };
    EXPECT_THAT(sentence_of("seq 100000 > disk"), HasSubstr("neither partitions nor a file system"));
    EXPECT_THAT(sentence_of("rm disk && truncate -s 4M disk && mkfs.vfat disk"), HasSubstr("vfat"));
    EXPECT_THAT(sentence_of("truncate -s 4M swap && mkswap swap && rm disk && truncate -s 8M disk && "
                            "echo start=2048,size=8192 | sfdisk disk && dd if=swap of=disk bs=1M seek=1 conv=notrunc"),
                HasSubstr("it has swap"));
    std::filesystem::rename(files.path / "tree/usr/lib/systemd", files.path / "tree/usr/lib/other");
    make_ext("ext", 30);
    (void)make_disk("start=2048\\n", 32);
    place("ext", 1);
    EXPECT_TRUE(guess_image(files.path / "disk", {}, {})) << "a loader alone";
    std::filesystem::remove_all(files.path / "tree/boot/grub");
    make_ext("ext", 30);
    place("ext", 1);
    EXPECT_THAT(sentence_of("true"), HasSubstr("no systemd"));
    EXPECT_THAT(sentence_of("rm -r disk tree/usr && mksquashfs tree disk"), HasSubstr("no systemd"));
    EXPECT_EQ(guess_image(files.path / "not-there", {}, {}).error().reason, "io");
}

TEST_F(DiskGuess, IsStopped)
{
    const auto disk = system_disk();
    std::stop_source stop;
    EXPECT_TRUE(guess_image(disk, {}, stop.get_token()));
    stop.request_stop();
    const auto stopped = guess_image(disk, {}, stop.get_token());
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().reason, "cancelled");
    EXPECT_THAT(stopped.error().sentence, HasSubstr("was stopped"));
    budget.stop = stop.get_token();
    EXPECT_EQ(open_ext_tree(disk, {mebibyte, 30 * mebibyte}, budget).error().reason, "cancelled");
}

} // namespace
} // namespace farboot::rootfs
