#include "disk_test.hpp"
#include "rootfs/guess/disk_parts.hpp"
#include "rootfs/guess/ext_tree.hpp"

#include <gmock/gmock.h>

namespace farboot::rootfs
{
namespace
{

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

using DiskParts = DiskTest;

TEST_F(DiskParts, ReadsAGptWithAFileSystemOfItsOwnForBoot)
{
    make_ext("root", 30);
    std::filesystem::rename(files.path / "tree", files.path / "whole");
    for (const auto* name : {"vmlinuz-6.1", "initrd-6.1"})
        put(name, read_whole(files.path / "whole/boot" / name));
    put("grub/grub.cfg", "linux /vmlinuz-6.1\ninitrd /initrd-6.1\n");
    make_ext("boot", 20);
    const auto disk = make_disk("label: gpt\\nsize=2048, type=21686148-6449-6E6F-744E-656564454649\\n"
                                "size=8192, type=U\\nsize=40960\\nsize=61440\\n",
                                60);
    files.run("truncate -s 4M fat && mkfs.vfat fat");
    files.run("printf 'stage two' | dd of=disk bs=1M seek=1 conv=notrunc");
    place("fat", 2);
    place("boot", 6);
    place("root", 26);
    const auto parts = read_disk_parts(disk);
    ASSERT_TRUE(parts);
    std::vector<std::string> contents;
    for (const auto& part : *parts)
        contents.push_back(part.content);
    ASSERT_THAT(contents, ElementsAre("", "vfat", "ext4", "ext4"));
    EXPECT_EQ((*parts)[0].use, DiskPart::Use::bios_loader);
    EXPECT_EQ((*parts)[1].use, DiskPart::Use::efi_system);
    EXPECT_EQ((*parts)[3].place, (FileRange{26 * mebibyte, 30 * mebibyte}));

    const auto ranges = good_guess();
    const auto kernel = index_of(ranges, 6 * mebibyte + read_whole(files.path / "boot").find(noise(700'000, 4)));
    const auto root = index_of(ranges, 26 * mebibyte + read_whole(files.path / "root").find(noise(40'000, 1)));
    EXPECT_LT(index_of(ranges, 1 * mebibyte), kernel) << "the loader in its partition";
    EXPECT_LT(kernel, root);
    EXPECT_LT(root, ranges.size());
    EXPECT_LT(index_of(ranges, 2 * mebibyte), kernel) << "without boot code UEFI starts it";
    put_boot_code();
    const auto by_bios = good_guess();
    EXPECT_LT(root, index_of(by_bios, 2 * mebibyte)) << "a BIOS does not read it";
    EXPECT_LT(index_of(good_guess(Firmware::uefi), 2 * mebibyte), kernel) << "it is known";
}

TEST_F(DiskParts, OfAFatOnlyWhatIsFilledIsTaken)
{
    make_ext("ext", 30);
    put("kernel", noise(300'000, 9));
    files.run("truncate -s 16M fat && mkfs.vfat fat && mcopy -i fat tree/kernel ::");
    (void)make_disk("label: dos\\nsize=32768, type=c\\ntype=83\\n", 50);
    place("fat", 1);
    place("ext", 17);
    const auto ranges = good_guess();
    EXPECT_TRUE(guessed(ranges, "kernel"));
    EXPECT_TRUE(guessed(ranges, "kernel", 290'000));
    EXPECT_EQ(index_of(ranges, 15 * mebibyte), ranges.size());
}

TEST_F(DiskParts, AFileSystemAloneHasALoaderIfItHasBootCode)
{
    make_ext("disk", 30);
    const auto parts = read_disk_parts(files.path / "disk");
    ASSERT_TRUE(parts);
    ASSERT_THAT(*parts, SizeIs(1));
    EXPECT_EQ(parts->front().place, (FileRange{0, 30 * mebibyte}));
    EXPECT_TRUE(guessed(good_guess(), "usr/bin/web"));
    EXPECT_FALSE(guessed(good_guess(), "boot/vmlinuz-6.1")) << "a root, whose kernel comes from elsewhere";
    put_boot_code();
    EXPECT_TRUE(guessed(good_guess(), "usr/bin/web"));
    EXPECT_TRUE(guessed(good_guess(), "boot/vmlinuz-6.1"));
}

TEST_F(DiskParts, AFileSystemThatIsLargerThanItsPartitionIsLeftOutAndThatIsSaid)
{
    make_ext("ext", 30);
    const auto disk = make_disk("label: dos\\nsize=61440\\nsize=40960\\n", 70);
    place("ext", 1);
    place("ext", 31);
    const auto guess = guess_image(disk, {}, {});
    ASSERT_TRUE(guess) << guess.error().sentence;
    EXPECT_TRUE(guessed(guess->ranges, "usr/bin/web"));
    ASSERT_THAT(guess->left_out, SizeIs(1));
    EXPECT_THAT(guess->left_out[0], testing::AllOf(HasSubstr("byte 32505856"), HasSubstr("is damaged")));
    const auto alone = open_ext_tree(disk, {31 * mebibyte, 20 * mebibyte}, budget);
    ASSERT_FALSE(alone);
    EXPECT_EQ(alone.error().reason, "not-ext");
}

TEST_F(DiskParts, APartitionWithinAnotherIsLeftOutAndThatIsSaid)
{
    make_ext("ext", 30);
    make_ext("within", 20);
    const auto disk = make_disk("label: dos\\nstart=2048,size=18432\\nstart=20480,size=40960\\n", 32);
    place("ext", 1);
    place("within", 10);
    ASSERT_THAT(guess_image(disk, {}, {})->left_out, SizeIs(1)) << "the first is cut off";
    files.run("printf '\\000\\360' | dd of=disk bs=1 seek=458 conv=notrunc"); // 61440 sectors
    const auto guess = guess_image(disk, {}, {});
    ASSERT_TRUE(guess) << guess.error().sentence;
    ASSERT_THAT(guess->left_out, SizeIs(1));
    EXPECT_THAT(guess->left_out[0], HasSubstr("byte 10485760 begins within one before it"));
}

TEST_F(DiskParts, PartitionsCountMoreThanAnOldFileSystem)
{
    make_ext("ext", 30);
    files.run(
        "truncate -s 32M disk && mke2fs -q -F disk && printf 'label: dos\\nstart=2048\\n' | sfdisk --wipe never disk");
    const auto sole = [&] {
        const auto parts = read_disk_parts(files.path / "disk");
        EXPECT_TRUE(parts && parts->size() == 1);
        return parts && parts->size() == 1 ? parts->front() : DiskPart{};
    };
    EXPECT_EQ(sole().place, (FileRange{mebibyte, 31 * mebibyte}));
    place("ext", 1);
    EXPECT_EQ(sole().content, "ext4");
    EXPECT_TRUE(guessed(good_guess(), "usr/bin/web"));

    files.run("cp ext disk && printf '\\125\\252' | dd of=disk bs=1 seek=510 conv=notrunc");
    EXPECT_EQ(sole().place, (FileRange{0, 30 * mebibyte})) << "a loader's sector without partitions";
    files.run("rm disk && truncate -s 32M disk && mkfs.vfat disk");
    EXPECT_EQ(sole().content, "vfat") << "its boot sector looks like an MBR";
    // NTFS: the beginning of its boot sector, and the first record of its table of files
    files.run("rm disk && truncate -s 32M disk && "
              "printf '\\353\\122\\220NTFS    \\000\\002\\010' | dd of=disk conv=notrunc && "
              "printf '\\200\\000\\200\\000\\377\\377\\000\\000\\000\\000\\000\\000\\004' | dd of=disk bs=1 seek=36 "
              "conv=notrunc && "
              "printf '\\002' | dd of=disk bs=1 seek=56 conv=notrunc && printf '\\366' | dd of=disk bs=1 seek=64 "
              "conv=notrunc && "
              "printf '\\125\\252' | dd of=disk bs=1 seek=510 conv=notrunc && "
              "for record in 16384 8192 17408 18432 19456; do printf 'FILE' | dd of=disk bs=1 seek=$record "
              "conv=notrunc; done");
    EXPECT_EQ(sole().content, "ntfs");
}

} // namespace
} // namespace farboot::rootfs
