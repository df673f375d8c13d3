#pragma once

#include "rootfs/guess/image_guess.hpp"
#include "rootfs/guess/tree_budget.hpp"
#include "tree_folder.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::rootfs
{

constexpr std::uint64_t mebibyte = 1024 * 1024;

/// Bytes that do not compress, always the same for a seed.
[[nodiscard]] std::string noise(std::size_t length, unsigned seed);

/// A small system on a virtual machine's disk, the file "disk" of a folder.
class DiskTest : public testing::Test
{
protected:
    DiskTest();

    void put(const std::string& name, std::string_view bytes) const { files.put(name, bytes); }

    /// A file of so many MiB with an ext4 of all that was put there.
    void make_ext(const std::string& name, int mebibytes, const std::string& options = "") const;
    /// A disk with this table of sfdisk's.
    [[nodiscard]] std::filesystem::path make_disk(const std::string& table, int mebibytes) const;
    /// Copies a file to a place on the disk.
    void place(const std::string& name, int mebibytes) const;
    /// As a BIOS looks for it.
    void put_boot_code() const;
    /// An MBR with one ext4 from 1 MiB on.
    [[nodiscard]] std::filesystem::path system_disk() const;
    /// Where a file begins on the disk: all of them are noise, and differ in their first bytes.
    [[nodiscard]] std::uint64_t offset_of(const std::string& name, std::size_t skipped = 0) const;
    /// The first range that has this byte of the disk; as many as there are if none has it.
    [[nodiscard]] static std::size_t index_of(const std::vector<FileRange>& ranges, std::uint64_t offset);
    [[nodiscard]] std::vector<FileRange> good_guess(Firmware firmware = Firmware::unknown) const;
    [[nodiscard]] bool guessed(const std::vector<FileRange>& ranges, const std::string& name,
                               std::size_t skipped = 0) const;
    /// A guess that lies within these bytes, or an error that names the disk. True for a guess.
    [[nodiscard]] bool expect_bounded(std::uint64_t bytes) const;

    TreeFolder files;
    TreeBudget budget;
};

} // namespace farboot::rootfs
