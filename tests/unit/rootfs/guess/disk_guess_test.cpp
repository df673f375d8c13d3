#include "rootfs/guess/disk_parts.hpp"
#include "rootfs/guess/ext_tree.hpp"
#include "rootfs/guess/image_guess.hpp"
#include "tree_folder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

namespace farboot::rootfs
{
namespace
{

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint64_t mebibyte = 1024 * 1024;

std::string noise(std::size_t length, unsigned seed)
{
    std::mt19937 random(seed);
    std::string bytes(length, '\0');
    std::ranges::generate(bytes, [&] { return static_cast<char>(random()); });
    return bytes;
}

/// Some bytes of a part of a file are others while it lives.
class Damage
{
public:
    Damage(const std::filesystem::path& path, std::uint64_t begin, std::uint64_t length, unsigned most,
           std::mt19937& random)
        : file_(path), begin_(begin), before_(length, '\0')
    {
        file_.seekg(static_cast<std::streamoff>(begin_));
        file_.read(before_.data(), static_cast<std::streamsize>(length));
        auto bytes = before_;
        for (auto left = 1 + random() % most; left > 0; --left)
            bytes[random() % length] = static_cast<char>(random());
        write(bytes);
    }
    Damage(const Damage&) = delete;
    Damage& operator=(const Damage&) = delete;
    ~Damage() { write(before_); }

private:
    void write(const std::string& bytes)
    {
        file_.seekp(static_cast<std::streamoff>(begin_));
        file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        file_.flush();
    }

    std::fstream file_;
    std::uint64_t begin_;
    std::string before_;
};

/// A small system on a virtual machine's disk.
class DiskGuess : public testing::Test
{
protected:
    DiskGuess()
    {
        put("usr/lib/systemd/systemd", noise(40'000, 1));
        put("usr/lib/systemd/system/default.target", "[Unit]\nWants=web.service\n");
        put("usr/lib/systemd/system/web.service",
            "[Service]\nExecStartPre=/usr/bin/prepare\nExecStartPre=/usr/bin/true\nExecStart=/usr/bin/web\n");
        put("usr/bin/prepare", "#!/bin/sh\n" + noise(5000, 11));
        put("usr/bin/true", read_whole("/bin/true"));
        put("usr/bin/web", noise(50'000, 2));
        put("usr/bin/unused", noise(200'000, 3));
        put("boot/vmlinuz-6.1", noise(700'000, 4));
        put("boot/initrd-6.1", noise(8'000'000, 5));
        put("boot/vmlinuz-5.10", noise(700'000, 6));
        put("boot/grub/grub.cfg", "load_env\ninsmod part_msdos\nmenuentry 'Debian' {\n\tinsmod gzio\n"
                                  "\tlinux\t/boot/vmlinuz-6.1 root=/dev/vda1\n\tinitrd /boot/initrd-6.1\n}\n"
                                  "menuentry 'old' {\n\tlinux\t/boot/vmlinuz-5.10 root=/dev/vda1\n}\n");
        put("boot/grub/i386-pc/moddep.lst", "normal: terminal\ngzio: zlib\nzlib:\n");
        for (unsigned seed = 100; const auto* module : {"normal", "terminal", "gzio", "zlib", "unneeded"})
            put(fmt::format("boot/grub/i386-pc/{}.mod", module), noise(5000, seed++));
    }

    void put(const std::string& name, std::string_view bytes) const { files.put(name, bytes); }

    /// A file of so many MiB with an ext4 of all that was put there.
    void make_ext(const std::string& name, int mebibytes, const std::string& options = "") const
    {
        files.run(fmt::format("mke2fs -q -F -t ext4 {} -d tree {} {}M", options, name, mebibytes));
    }
    /// A disk with this table of sfdisk's.
    [[nodiscard]] std::filesystem::path make_disk(const std::string& table, int mebibytes) const
    {
        files.run(fmt::format("truncate -s {}M disk && printf '{}' | sfdisk disk", mebibytes, table));
        return files.path / "disk";
    }
    /// Copies a file to a place on the disk.
    void place(const std::string& name, int mebibytes) const
    {
        files.run(fmt::format("dd if={} of=disk bs=1M seek={} conv=notrunc,sparse", name, mebibytes));
    }
    /// As a BIOS looks for it.
    void put_boot_code() const { files.run("printf 'code' | dd of=disk conv=notrunc"); }
    /// An MBR with one ext4 from 1 MiB on.
    [[nodiscard]] std::filesystem::path system_disk() const
    {
        make_ext("ext", 30);
        auto disk = make_disk("label: dos\\nstart=2048, type=83, bootable\\n", 32);
        place("ext", 1);
        put_boot_code();
        return disk;
    }
    /// Where a file begins on the disk: all of them are noise, and differ in their first bytes.
    [[nodiscard]] std::uint64_t offset_of(const std::string& name, std::size_t skipped = 0) const
    {
        const auto bytes = read_whole(files.path / "tree" / name).substr(skipped, 4096);
        return read_whole(files.path / "disk").find(bytes);
    }
    /// The first range that has this byte of the disk; as many as there are if none has it.
    static std::size_t index_of(const std::vector<FileRange>& ranges, std::uint64_t offset)
    {
        return static_cast<std::size_t>(std::ranges::find_if(ranges,
                                                             [&](const FileRange& range) {
                                                                 return range.offset <= offset &&
                                                                        offset < range.offset + range.length;
                                                             }) -
                                        ranges.begin());
    }
    [[nodiscard]] std::vector<FileRange> good_guess(Firmware firmware = Firmware::unknown) const
    {
        auto ranges = guess_image(files.path / "disk", firmware, {});
        if (!ranges) {
            ADD_FAILURE() << ranges.error().sentence;
            return {};
        }
        return ranges->ranges;
    }
    [[nodiscard]] bool guessed(const std::vector<FileRange>& ranges, const std::string& name,
                               std::size_t skipped = 0) const
    {
        return index_of(ranges, offset_of(name, skipped)) < ranges.size();
    }

    /// A guess that lies within these bytes, or an error that names the disk. True for a guess.
    [[nodiscard]] bool expect_bounded(std::uint64_t bytes) const
    {
        const auto ranges = guess_image(files.path / "disk", Firmware::unknown, {});
        if (!ranges) {
            EXPECT_THAT(ranges.error().sentence, HasSubstr((files.path / "disk").string()));
            return false;
        }
        for (const auto& range : ranges->ranges)
            EXPECT_LE(range.offset + range.length, bytes);
        return true;
    }

    TreeFolder files;
    TreeBudget budget;
};

TEST_F(DiskGuess, FindsFilesOfAnExt4AndWhereTheirBytesLie)
{
    const std::string far = "usr/share/" + std::string(100, 'f') + "/file";
    put(far, noise(3000, 8));
    files.link("../" + far, "etc/long"); // a target that has no room in the inode
    files.link("/usr/bin", "bin");
    const auto disk = system_disk();
    const auto tree = open_ext_tree(disk, {mebibyte, 30 * mebibyte}, budget);
    ASSERT_TRUE(tree) << tree.error().sentence;
    const auto bytes = read_whole(disk);
    for (const auto* path : {"/bin/web", "/etc/long", "/boot/initrd-6.1", "/usr/lib/systemd/system/default.target"}) {
        const auto* node = (*tree)->find(path);
        ASSERT_NE(node, nullptr) << path;
        const auto content = read_whole((files.path / "tree").string() + node->path);
        EXPECT_EQ((*tree)->read(*node, 10'000'000), content);
        EXPECT_EQ((*tree)->read(*node, 10), content.substr(0, 10));
        std::string of_extents;
        for (const auto& extent : (*tree)->extents(*node))
            of_extents += bytes.substr(extent.offset, extent.length);
        EXPECT_THAT(of_extents, HasSubstr(content)) << path;
        EXPECT_THAT((*tree)->inode(*node), SizeIs(1));
    }
    EXPECT_EQ((*tree)->find("/usr/bin/nothing"), nullptr);
    EXPECT_EQ((*tree)->find("/..")->path, "");
}

TEST_F(DiskGuess, KnowsAFoldersPlacesToo)
{
    const auto disk = system_disk();
    const auto tree = open_ext_tree(disk, {mebibyte, 30 * mebibyte}, budget);
    ASSERT_TRUE(tree);
    const auto extents = (*tree)->extents(*(*tree)->find("/usr/bin"));
    ASSERT_THAT(extents, SizeIs(1));
    EXPECT_THAT(read_whole(disk).substr(extents[0].offset, extents[0].length), HasSubstr("unused"));
}

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

TEST_F(DiskGuess, FollowsGrubsModules)
{
    put("boot/grub/i386-pc/command.lst", "*echo: unneeded\nload_env: loadenv\n");
    for (const auto* module : {"normal", "terminal", "gzio", "zlib", "loadenv", "unneeded"})
        put(fmt::format("boot/grub/i386-pc/{}.mod", module), noise(300'000, std::hash<std::string>{}(module) & 0xffff));
    (void)system_disk();
    const auto ranges = good_guess();
    for (const auto* module : {"normal", "terminal", "gzio", "zlib", "loadenv"})
        EXPECT_TRUE(guessed(ranges, fmt::format("boot/grub/i386-pc/{}.mod", module))) << module;
    EXPECT_FALSE(guessed(ranges, "boot/grub/i386-pc/unneeded.mod"));

    put("boot/grub/x86_64-efi/normal.mod", noise(300'000, 12)); // for both kinds of firmware
    (void)system_disk();
    EXPECT_TRUE(guessed(good_guess(Firmware::uefi), "boot/grub/x86_64-efi/normal.mod"));
    EXPECT_FALSE(guessed(good_guess(Firmware::uefi), "boot/grub/i386-pc/normal.mod"));
    EXPECT_FALSE(guessed(good_guess(Firmware::bios), "boot/grub/x86_64-efi/normal.mod"));
    EXPECT_TRUE(guessed(good_guess(Firmware::bios), "boot/grub/i386-pc/normal.mod"));
}

TEST_F(DiskGuess, FollowsOtherLoaders)
{
    std::filesystem::remove_all(files.path / "tree/boot/grub");
    put("boot/extlinux/extlinux.conf", "DEFAULT linux\nLABEL linux\n  KERNEL ../vmlinuz-6.1\n  INITRD ../initrd-6.1\n");
    (void)system_disk();
    EXPECT_TRUE(guessed(good_guess(), "boot/vmlinuz-6.1"));
    EXPECT_TRUE(guessed(good_guess(), "boot/initrd-6.1"));
    EXPECT_FALSE(guessed(good_guess(), "boot/vmlinuz-5.10"));

    std::filesystem::remove_all(files.path / "tree/boot/extlinux");
    for (const auto* old : {"a-5.10.conf", "a-6.9.conf", "a-6.10.conf.bak"})
        put(fmt::format("boot/loader/entries/{}", old), "title Old\nlinux /boot/vmlinuz-5.10\n");
    put("boot/loader/entries/a-6.10.conf", "title New\nlinux /boot/vmlinuz-6.1\ninitrd /boot/initrd-6.1\n");
    (void)system_disk();
    EXPECT_TRUE(guessed(good_guess(), "boot/vmlinuz-6.1"));
    EXPECT_FALSE(guessed(good_guess(), "boot/vmlinuz-5.10"));

    std::filesystem::remove_all(files.path / "tree/boot/loader");
    put("boot/early", noise(300'000, 13));
    put("boot/syslinux/syslinux.cfg",
        "LABEL linux\n  LINUX ../vmlinuz-6.1\n  APPEND root=/dev/vda1 initrd=../early,/boot/initrd-6.1 quiet\n");
    (void)system_disk();
    for (const auto* name : {"boot/vmlinuz-6.1", "boot/early", "boot/initrd-6.1"})
        EXPECT_TRUE(guessed(good_guess(), name)) << name;
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

TEST_F(DiskGuess, ReadsDescriptorsThatLieInManyPlaces)
{
    make_ext("disk", 30, "-b 1024 -O meta_bg,^resize_inode");
    EXPECT_TRUE(guessed(good_guess(), "usr/bin/web"));
}

TEST_F(DiskGuess, ReadsAGptWithAFileSystemOfItsOwnForBoot)
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

TEST_F(DiskGuess, OfAFatOnlyWhatIsFilledIsTaken)
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

TEST_F(DiskGuess, AFileSystemAloneHasALoaderIfItHasBootCode)
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

TEST_F(DiskGuess, ASystemWithoutSystemdHasItsInit)
{
    std::filesystem::remove_all(files.path / "tree/usr/lib/systemd");
    put("bin/busybox", noise(90'000, 10));
    files.link("../bin/busybox", "sbin/init");
    put("etc/inittab", "::sysinit:/etc/rcS\n");
    (void)system_disk();
    EXPECT_TRUE(guessed(good_guess(), "bin/busybox"));
    EXPECT_TRUE(guessed(good_guess(), "etc/inittab"));
    EXPECT_FALSE(guessed(good_guess(), "usr/bin/web"));
}

TEST_F(DiskGuess, SaysWhatNoStartCanBeGuessedOf)
{
    const auto sentence_of = [&](const std::string& bytes_or_command) {
        files.run(bytes_or_command);
        const auto ranges = guess_image(files.path / "disk", Firmware::unknown, {});
        EXPECT_FALSE(ranges);
        EXPECT_EQ(ranges ? "" : ranges.error().reason, "no-guess");
        return ranges ? "" : ranges.error().sentence;
    };
    EXPECT_THAT(sentence_of("seq 100000 > disk"), HasSubstr("neither partitions nor a file system"));
    EXPECT_THAT(sentence_of("rm disk && truncate -s 4M disk && mkfs.vfat disk"), HasSubstr("vfat"));
    EXPECT_THAT(sentence_of("truncate -s 4M swap && mkswap swap && rm disk && truncate -s 8M disk && "
                            "echo start=2048,size=8192 | sfdisk disk && dd if=swap of=disk bs=1M seek=1 conv=notrunc"),
                HasSubstr("it has swap"));
    make_ext("ext", 30);
    (void)make_disk("start=2048\\n", 32);
    place("ext", 1);
    EXPECT_TRUE(guess_image(files.path / "disk", Firmware::unknown, {})) << "a loader alone";
    std::filesystem::remove_all(files.path / "tree/boot/grub");
    std::filesystem::rename(files.path / "tree/usr/lib/systemd", files.path / "tree/usr/lib/other");
    make_ext("ext", 30);
    place("ext", 1);
    EXPECT_THAT(sentence_of("true"), HasSubstr("no systemd"));
    EXPECT_THAT(sentence_of("rm -r disk tree/usr && mksquashfs tree disk"), HasSubstr("no systemd"));
    EXPECT_EQ(guess_image(files.path / "not-there", Firmware::unknown, {}).error().reason, "io");
}

TEST_F(DiskGuess, WhatIsDamagedIsPassedOverOrSaid)
{
    const auto disk = system_disk();
    for (const std::size_t length : {31'000'000, 4'000'000, 2'000'000, 1'060'000, 1'049'600, 1'048'576, 512}) {
        std::filesystem::resize_file(disk, length);
        (void)expect_bounded(length);
    }
    (void)system_disk();
    // Superblock, descriptors, bitmaps, inodes and folders are among its first blocks.
    std::mt19937 random(20);
    int good = 0;
    for (int round = 0; round < 300; ++round) {
        const Damage damage(disk, mebibyte, round % 3 == 0 ? 2048 : 2 * mebibyte, 20, random);
        good += expect_bounded(std::filesystem::file_size(disk)) ? 1 : 0;
    }
    EXPECT_GT(good, 0);
    EXPECT_LT(good, 300);
}

TEST_F(DiskGuess, DamageThatNoChecksumShowsIsPassedOverToo)
{
    std::string service = "[Service]\n";
    for (unsigned number = 0; number < 60; ++number) { // so many that damage meets some
        put(fmt::format("usr/bin/script-{}", number), "#!/bin/sh\n" + noise(5000, 200 + number));
        put(fmt::format("usr/bin/program-{}", number), read_whole("/bin/true"));
        service += fmt::format("ExecStartPre=/usr/bin/script-{0}\nExecStartPre=/usr/bin/program-{0}\n", number);
    }
    put("usr/lib/systemd/system/web.service", service);
    std::mt19937 random(21);
    for (const auto* map : {"extent", "^extent"}) {
        make_ext("disk", 30, fmt::format("-O ^metadata_csum,^has_journal,^64bit,{}", map));
        int good = 0;
        for (int round = 0; round < 100; ++round) {
            const Damage damage(files.path / "disk", 2048, mebibyte, 200, random);
            good += expect_bounded(30 * mebibyte) ? 1 : 0;
        }
        EXPECT_GT(good, 0) << map;
    }
}

TEST_F(DiskGuess, AFolderThatLiesInItselfHasAnEnd)
{
    put("usr/share/a/b/c", "far down");
    make_ext("disk", 30, "-O ^metadata_csum");
    files.run("debugfs -w -R 'unlink /usr/share/a/b' disk && debugfs -w -R 'link /usr/share/a /usr/share/a/b' disk");
    const auto tree = open_ext_tree(files.path / "disk", {0, 30 * mebibyte}, budget);
    ASSERT_TRUE(tree);
    ASSERT_NE((*tree)->find("/usr/share/a/b"), nullptr);
    EXPECT_THAT((*tree)->find("/usr/share/a/b")->entries, IsEmpty());
}

TEST_F(DiskGuess, AScriptWhoseSecondBlockIsNoneIsPassedOver)
{
    make_ext("disk", 30, "-b 1024 -O ^metadata_csum,^64bit,^extent");
    files.run("debugfs -w -R 'set_inode_field /usr/bin/prepare block[1] 99999999' disk");
    EXPECT_TRUE(guessed(good_guess(), "usr/bin/web"));
    const auto tree = open_ext_tree(files.path / "disk", {0, 30 * mebibyte}, budget);
    ASSERT_TRUE(tree);
    EXPECT_THAT((*tree)->read(*(*tree)->find("/usr/bin/prepare"), 5000), SizeIs(1024)) << "what could be read";
    files.run("dd if=/dev/zero of=disk bs=1024 seek=1 count=1 conv=notrunc");
    EXPECT_THAT(open_ext_tree(files.path / "disk", {0, 30 * mebibyte}, budget).error().sentence,
                HasSubstr("Bad magic number in super-block"));
}

TEST_F(DiskGuess, AFolderWithBlocksOutsideTheFileSystemIsNotLookedInto)
{
    for (int number = 0; number < 50; ++number)
        put(fmt::format("usr/share/many/{}-{}", number, std::string(60, 'n')), "one of many");
    make_ext("disk", 30, "-b 1024 -O ^metadata_csum,^64bit,^extent");
    const auto names = [&] {
        const auto tree = open_ext_tree(files.path / "disk", {0, 30 * mebibyte}, budget);
        return tree ? (*tree)->find("/usr/share/many")->entries.size() : 0;
    };
    EXPECT_EQ(names(), 50U);
    files.run("debugfs -w -R 'set_inode_field /usr/share/many block[1] 99999999' disk");
    EXPECT_EQ(names(), 0U);
}

TEST_F(DiskGuess, AFileSystemThatIsLargerThanItsPartitionIsLeftOutAndThatIsSaid)
{
    make_ext("ext", 30);
    const auto disk = make_disk("label: dos\\nsize=61440\\nsize=40960\\n", 70);
    place("ext", 1);
    place("ext", 31);
    const auto guess = guess_image(disk, Firmware::unknown, {});
    ASSERT_TRUE(guess) << guess.error().sentence;
    EXPECT_TRUE(guessed(guess->ranges, "usr/bin/web"));
    ASSERT_THAT(guess->left_out, SizeIs(1));
    EXPECT_THAT(guess->left_out[0], testing::AllOf(HasSubstr("byte 32505856"), HasSubstr("is damaged")));
    const auto alone = open_ext_tree(disk, {31 * mebibyte, 20 * mebibyte}, budget);
    ASSERT_FALSE(alone);
    EXPECT_EQ(alone.error().reason, "not-ext");
}

TEST_F(DiskGuess, APartitionWithinAnotherIsLeftOutAndThatIsSaid)
{
    make_ext("ext", 30);
    make_ext("within", 20);
    const auto disk = make_disk("label: dos\\nstart=2048,size=18432\\nstart=20480,size=40960\\n", 32);
    place("ext", 1);
    place("within", 10);
    ASSERT_THAT(guess_image(disk, Firmware::unknown, {})->left_out, SizeIs(1)) << "the first is cut off";
    files.run("printf '\\000\\360' | dd of=disk bs=1 seek=458 conv=notrunc"); // 61440 sectors
    const auto guess = guess_image(disk, Firmware::unknown, {});
    ASSERT_TRUE(guess) << guess.error().sentence;
    ASSERT_THAT(guess->left_out, SizeIs(1));
    EXPECT_THAT(guess->left_out[0], HasSubstr("byte 10485760 begins within one before it"));
}

TEST_F(DiskGuess, TreesOfOneImageShareABudget)
{
    const auto disk = system_disk();
    const auto reason_of = [&] {
        const auto tree = open_ext_tree(disk, {mebibyte, 30 * mebibyte}, budget);
        return tree ? "" : tree.error().reason;
    };
    const auto before = budget;
    EXPECT_EQ(reason_of(), "");
    const auto nodes = before.nodes - budget.nodes;
    EXPECT_GT(nodes, 20U);
    budget.nodes = 2 * nodes - 1;
    EXPECT_EQ(reason_of(), "");
    EXPECT_EQ(reason_of(), "too-many");
    budget = before;
    budget.path_bytes = 100;
    EXPECT_EQ(reason_of(), "too-many");
    budget = before;
    budget.blocks = 3;
    const auto tree = open_ext_tree(disk, {mebibyte, 30 * mebibyte}, budget);
    ASSERT_TRUE(tree);
    EXPECT_EQ((*tree)->find("/usr/bin/web"), nullptr);
}

TEST_F(DiskGuess, IsStopped)
{
    const auto disk = system_disk();
    std::stop_source stop;
    EXPECT_TRUE(guess_image(disk, Firmware::unknown, stop.get_token()));
    stop.request_stop();
    const auto stopped = guess_image(disk, Firmware::unknown, stop.get_token());
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().reason, "cancelled");
    EXPECT_THAT(stopped.error().sentence, HasSubstr("was stopped"));
    budget.stop = stop.get_token();
    EXPECT_EQ(open_ext_tree(disk, {mebibyte, 30 * mebibyte}, budget).error().reason, "cancelled");
}

TEST_F(DiskGuess, PartitionsCountMoreThanAnOldFileSystem)
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
