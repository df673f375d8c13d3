#include "disk_test.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <random>

namespace farboot::rootfs
{

std::string noise(std::size_t length, unsigned seed)
{
    std::mt19937 random(seed);
    std::string bytes(length, '\0');
    std::ranges::generate(bytes, [&] { return static_cast<char>(random()); });
    return bytes;
}

DiskTest::DiskTest()
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

void DiskTest::make_ext(const std::string& name, int mebibytes, const std::string& options) const
{
    files.run(fmt::format("mke2fs -q -F -t ext4 {} -d tree {} {}M", options, name, mebibytes));
}

std::filesystem::path DiskTest::make_disk(const std::string& table, int mebibytes) const
{
    files.run(fmt::format("truncate -s {}M disk && printf '{}' | sfdisk disk", mebibytes, table));
    return files.path / "disk";
}

void DiskTest::place(const std::string& name, int mebibytes) const
{
    files.run(fmt::format("dd if={} of=disk bs=1M seek={} conv=notrunc,sparse", name, mebibytes));
}

void DiskTest::put_boot_code() const
{
    files.run("printf 'code' | dd of=disk conv=notrunc");
}

std::filesystem::path DiskTest::system_disk() const
{
    make_ext("ext", 30);
    auto disk = make_disk("label: dos\\nstart=2048, type=83, bootable\\n", 32);
    place("ext", 1);
    put_boot_code();
    return disk;
}

std::uint64_t DiskTest::offset_of(const std::string& name, std::size_t skipped) const
{
    const auto bytes = read_whole(files.path / "tree" / name).substr(skipped, 4096);
    const auto offset = read_whole(files.path / "disk").find(bytes);
    EXPECT_NE(offset, std::string::npos) << name << " is not on the disk";
    return offset;
}

std::size_t DiskTest::index_of(const std::vector<FileRange>& ranges, std::uint64_t offset)
{
    return static_cast<std::size_t>(std::ranges::find_if(ranges,
                                                         [&](const FileRange& range) {
                                                             return range.offset <= offset &&
                                                                    offset < range.offset + range.length;
                                                         }) -
                                    ranges.begin());
}

std::vector<FileRange> DiskTest::good_guess(Firmware firmware) const
{
    auto ranges = guess_image(files.path / "disk", {firmware, {}}, {});
    if (!ranges) {
        ADD_FAILURE() << ranges.error().sentence;
        return {};
    }
    return ranges->ranges;
}

bool DiskTest::guessed(const std::vector<FileRange>& ranges, const std::string& name, std::size_t skipped) const
{
    return index_of(ranges, offset_of(name, skipped)) < ranges.size();
}

bool DiskTest::expect_bounded(std::uint64_t bytes) const
{
    const auto ranges = guess_image(files.path / "disk", {}, {});
    if (!ranges) {
        EXPECT_THAT(ranges.error().sentence, testing::HasSubstr((files.path / "disk").string()));
        return false;
    }
    for (const auto& range : ranges->ranges)
        EXPECT_LE(range.offset + range.length, bytes);
    return true;
}

} // namespace farboot::rootfs
