#include "disk_test.hpp"

#include <fmt/format.h>

namespace farboot::rootfs
{
namespace
{

using LoaderGuess = DiskTest;

TEST_F(LoaderGuess, FollowsGrubsModules)
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

TEST_F(LoaderGuess, FollowsOtherLoaders)
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

} // namespace
} // namespace farboot::rootfs
