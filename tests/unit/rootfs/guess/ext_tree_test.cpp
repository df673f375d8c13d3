#include "disk_test.hpp"
#include "rootfs/guess/ext_tree.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <random>

namespace farboot::rootfs
{
namespace
{

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using ExtTree = DiskTest;

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

TEST_F(ExtTree, FindsFilesOfAnExt4AndWhereTheirBytesLie)
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

TEST_F(ExtTree, KnowsAFoldersPlacesToo)
{
    const auto disk = system_disk();
    const auto tree = open_ext_tree(disk, {mebibyte, 30 * mebibyte}, budget);
    ASSERT_TRUE(tree);
    const auto extents = (*tree)->extents(*(*tree)->find("/usr/bin"));
    ASSERT_THAT(extents, SizeIs(1));
    EXPECT_THAT(read_whole(disk).substr(extents[0].offset, extents[0].length), HasSubstr("unused"));
}

TEST_F(ExtTree, ReadsDescriptorsThatLieInManyPlaces)
{
    make_ext("disk", 30, "-b 1024 -O meta_bg,^resize_inode");
    EXPECT_TRUE(guessed(good_guess(), "usr/bin/web"));
}

TEST_F(ExtTree, AFolderThatLiesInItselfHasAnEnd)
{
    put("usr/share/a/b/c", "far down");
    make_ext("disk", 30, "-O ^metadata_csum");
    files.run("debugfs -w -R 'unlink /usr/share/a/b' disk && debugfs -w -R 'link /usr/share/a /usr/share/a/b' disk");
    const auto tree = open_ext_tree(files.path / "disk", {0, 30 * mebibyte}, budget);
    ASSERT_TRUE(tree);
    ASSERT_NE((*tree)->find("/usr/share/a/b"), nullptr);
    EXPECT_THAT((*tree)->find("/usr/share/a/b")->entries, IsEmpty());
}

TEST_F(ExtTree, AScriptWhoseSecondBlockIsNoneIsPassedOver)
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

TEST_F(ExtTree, AFolderWithBlocksOutsideTheFileSystemIsNotLookedInto)
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

TEST_F(ExtTree, TreesOfOneImageShareABudget)
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

TEST_F(ExtTree, WhatIsDamagedIsPassedOverOrSaid)
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

TEST_F(ExtTree, DamageThatNoChecksumShowsIsPassedOverToo)
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

} // namespace
} // namespace farboot::rootfs
